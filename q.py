import clickhouse_connect

c = clickhouse_connect.get_client(interface="chdb", path="/tmp/i5w/qq", settings={})
c.command("create table if not exists t (a Int64) engine=MergeTree order by a")
c.command("insert into t select number from numbers(1000)")


def ev():
    return c.query(
        "select event,value from system.events where event in ('SelectedRows','InsertedRows','SelectedParts')"
    ).result_rows


print(ev())
c.query("select sum(a) from t")
print(ev())
try:
    c.command("system flush logs")
    print(c.query("select count() from system.query_log").result_rows)
except Exception as e:
    print(str(e)[:300])
r = c.query("select sum(a) from t")
print(r.summary)
