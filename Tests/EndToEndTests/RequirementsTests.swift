import Foundation
import Glibc
import Testing

/// Elsewhere tests whose requirements are missing are skipped and say why. Where everything is supposed to be there, a
/// skip would hide that nothing was tested.
@Test(
    "nothing that these tests need is missing in CI",
    .enabled(if: ProcessInfo.processInfo.environment["CI"] == "true" && geteuid() == 0, "not in CI as root"))
func nothingIsMissing() {
    #expect(Requirements.missing == [])
    #expect(Requirements.hasDocker, "docker.io is missing")
}
