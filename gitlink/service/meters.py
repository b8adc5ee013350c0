"""What Prometheus is told (https://prometheus.io/docs/practices/naming/); no label holds a name a stranger chose."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gitlink.service.desk import Desk

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Meters:
    """Counters of this process, and gauges read from the database when they are asked for."""

    def __init__(self, desk: Desk) -> None:
        self._registry = CollectorRegistry()
        self.received = Counter(
            "gitlink_deliveries_received", "Deliveries by answer.", ["forge", "status"], registry=self._registry
        )
        self.finished = Counter(
            "gitlink_deliveries_finished", "Deliveries by final state.", ["state"], registry=self._registry
        )
        self.retried = Counter("gitlink_deliveries_retried", "Tries that got no answer.", registry=self._registry)
        self.worked = Histogram("gitlink_delivery_seconds", "Time spent on one try.", registry=self._registry)
        self._registry.register(_Gauges(desk))

    def text(self) -> bytes:
        """Return all of it in Prometheus's text format."""
        return generate_latest(self._registry)


class _Gauges(Collector):
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def collect(self) -> Iterator[Metric]:
        states = GaugeMetricFamily("gitlink_deliveries", "Deliveries by state.", labels=["state"])
        for state, number in self._desk.counts().items():
            states.add_metric([state], number)
        yield states
        oldest = GaugeMetricFamily("gitlink_oldest_unfinished_seconds", "Age of the oldest unfinished delivery.")
        oldest.add_metric([], self._desk.oldest_waiting_s())
        yield oldest

    def describe(self) -> Iterator[Metric]:
        """Say nothing in advance: the registry would read the database to find out."""
        return iter(())
