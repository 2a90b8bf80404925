"""Staging: raw JSON events to Parquet, one file for each event type and month, with a manifest."""

from elt.staging.replay import ReplaySummary, replay
from elt.staging.run import StageSummary, stage

__all__ = ["ReplaySummary", "StageSummary", "replay", "stage"]
