/// How a lab's host is made to look unlike the others: it says that it is another distribution, and something else
/// listens on it.
///
/// All hosts of a lab are one machine, and without this nothing tells them apart, so that where a container goes to
/// would make no difference. Both differences are marked as the lab's: the distribution by its variant, the service by
/// its name.
struct LabDifference: Sendable, Hashable {
    /// The text of `/etc/os-release`.
    var release: String
    /// The name of the service's program.
    var service: String
    /// The TCP port of the service.
    var port: UInt16

    /// The difference of a worker host, counted from 0. Thirty hosts in a row differ from each other.
    init(ofHost index: Int) {
        let distribution = Self.distributions[index % Self.distributions.count]
        release = """
            \(distribution)
            VARIANT="simulated by relocate lab"
            VARIANT_ID=relocate-lab

            """
        (service, port) = Self.services[index % Self.services.count]
    }

    private static let services: [(String, UInt16)] = [
        ("lab-mail", 2025), ("lab-files", 2021), ("lab-names", 2053), ("lab-print", 2631), ("lab-news", 2119),
    ]

    private static let distributions = [
        """
        PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
        NAME="Debian GNU/Linux"
        VERSION_ID="12"
        ID=debian
        """,
        """
        PRETTY_NAME="Ubuntu 22.04.4 LTS"
        NAME="Ubuntu"
        VERSION_ID="22.04"
        ID=ubuntu
        ID_LIKE=debian
        """,
        """
        PRETTY_NAME="Alpine Linux v3.19"
        NAME="Alpine Linux"
        VERSION_ID=3.19.1
        ID=alpine
        """,
        """
        PRETTY_NAME="Debian GNU/Linux 11 (bullseye)"
        NAME="Debian GNU/Linux"
        VERSION_ID="11"
        ID=debian
        """,
        """
        PRETTY_NAME="Fedora Linux 40 (Server Edition)"
        NAME="Fedora Linux"
        VERSION_ID=40
        ID=fedora
        """,
        """
        PRETTY_NAME="Rocky Linux 9.3 (Blue Onyx)"
        NAME="Rocky Linux"
        VERSION_ID="9.3"
        ID="rocky"
        ID_LIKE="rhel centos fedora"
        """,
    ]
}
