/** The number of sorted values that are at most a given value. */
const upTo = (values, value) => {
  let low = 0, high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] <= value) low = middle + 1; else high = middle;
  }
  return low;
};
const ascending = (values) => Float64Array.from(values).sort();

/** Returns lookups by minute of the stays and requests in a board's data. */
const hospitalStays = (frames) => {
  const running = (deltas) => { let sum = 0; return deltas.map((delta) => (sum += delta)); };
  const { stays, requests, words } = frames;
  stays.begin = running(stays.begin);
  requests.begin = running(requests.begin);
  const after = (length, index) => (length[index] < 0 ? Infinity : stays.begin[index] + length[index]);
  const leaves = (index) => after(stays.left, index);

  const wards = frames.departments.map((entry) => ({ ...entry, stays: Array.from({ length: entry.spaces }, () => []), requests: [] }));
  stays.place.forEach((place, index) => (wards[place].stays[stays.bed[index] - 1] ??= []).push(index));
  requests.asked.forEach((place, index) => wards[place].requests.push(index));
  const admitted = requests.begin.map((begin, index) => (requests.wait[index] < 0 ? Infinity : begin + requests.wait[index]));
  for (const ward of wards) {
    let latest = -Infinity;
    ward.changes = ward.beds.map((change) => change[0]);
    ward.begins = ward.stays.map((bed) => bed.map((index) => stays.begin[index]));
    ward.asked = ward.requests.map((index) => requests.begin[index]);
    // Patients before the first of these that is later than now have all been admitted.
    ward.latest = ward.requests.map((index) => (latest = Math.max(latest, admitted[index])));
  }

  return {
    wards, words, admissions: stays.begin, discharges: ascending(stays.begin.map((_, index) => leaves(index))),
    asked: requests.begin, admitted: ascending(admitted),
    /** The beds that are planned to be open at a minute, with escalation beds that are open. */
    open: (ward, now) => ward.beds[upTo(ward.changes, now) - 1][1],
    /** The patient in a bed at a minute; undefined if there is none. */
    patient: (ward, bed, now) => {
      const index = ward.stays[bed][upTo(ward.begins[bed], now) - 1];
      if (index === undefined || leaves(index) <= now) return undefined;
      const ready = stays.ready[index] < stays.left[index] ? after(stays.ready, index) : Infinity;
      return {
        since: stays.begin[index], days: (now - stays.begin[index]) / 1440, waited: stays.waited[index] / 60,
        delayed: ready <= now, ready, reason: words.reasons[stays.reason[index]],
        outlier: stays.asked[index] !== stays.place[index], asked: wards[stays.asked[index]].name,
        age: words.ages[stays.age[index]], method: words.methods[stays.method[index]],
      };
    },
    /** The patients who wait for a ward at a minute, first come first. */
    queue: (ward, now) => ward.requests.slice(upTo(ward.latest, now), upTo(ward.asked, now))
      .filter((index) => admitted[index] > now)
      .map((index) => ({ since: requests.begin[index], hours: (now - requests.begin[index]) / 60, age: words.ages[requests.age[index]] })),
  };
};
