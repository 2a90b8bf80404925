"""Everything that is drawn before a patient meets a bed: random streams, requests, stays, patients, identifiers."""
