"""The fleets that are measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """So many of each. A container's tenant is drawn from the seed."""

    hosts: int
    containers: int
    tenants: int
    # How long the slowest of what is waited for may take, in seconds.
    patience: int

    @property
    def words(self):
        return f"{self.hosts:,} hosts, {self.containers:,} containers"

    def arguments(self, seed):
        """The fleet as the simulating program is told of it."""
        return ["--hosts", str(self.hosts), "--containers", str(self.containers), "--tenants", str(self.tenants),
                "--seed", str(seed)]


SIZES = {
    "small": Size(hosts=100, containers=5_000, tenants=50, patience=180),
    "medium": Size(hosts=1_000, containers=100_000, tenants=1_000, patience=400),
    "large": Size(hosts=10_000, containers=1_000_000, tenants=10_000, patience=900),
}
