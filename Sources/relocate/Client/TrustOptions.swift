import ArgumentParser
import Certificates
import HTTP

/// How a control plane that is reached through TLS is known, and how the client shows who it is.
struct TrustOptions: ParsableArguments {
    /// The environment variable that names the file of authorities.
    static let authorityVariable = "RELOCATE_CA"
    /// The environment variable that holds a fingerprint.
    static let fingerprintVariable = "RELOCATE_PIN"

    @Option(
        help: ArgumentHelp(
            "For https: trust the authorities in this file. (default: $RELOCATE_CA, or the system's)",
            valueName: "file"))
    var ca: String?

    @Option(
        help: ArgumentHelp(
            """
            For https: trust only this certificate, or what this authority has signed; may be repeated. \
            (default: $RELOCATE_PIN)
            """, valueName: "sha256:…"),
        transform: { try Fingerprint(parsing: $0) })
    var pin: [Fingerprint] = []

    @Option(help: ArgumentHelp("For https: show this certificate to the control plane.", valueName: "file"))
    var certificate: String?

    @Option(help: ArgumentHelp("The key of --certificate.", valueName: "file"))
    var key: String?

    /// What the client speaks TLS with; `nil` for a control plane that is not reached through it.
    /// - Throws: `ClientError.badInput` for options that do not fit together or to the address.
    func configuration(for server: ServerAddress) throws -> TLSClientConfiguration? {
        guard case .tcp(_, _, isSecured: true) = server else {
            guard ca == nil, pin.isEmpty, certificate == nil, key == nil else {
                throw ClientError.badInput(
                    "--ca, --pin, --certificate and --key are for https, but the control plane is \(server)")
            }
            return nil
        }
        var configuration = TLSClientConfiguration(trust: try trust())
        switch (certificate, key) {
        case (let certificate?, let key?):
            configuration.identity = TLSIdentity(certificates: .file(certificate), key: .file(key))
        case (nil, nil): break
        default: throw ClientError.badInput("--certificate and --key belong together; give both or none")
        }
        return configuration
    }

    private func trust() throws -> TLSClientConfiguration.Trust {
        if ca != nil, !pin.isEmpty { throw ClientError.badInput("give either --ca or --pin") }
        if let ca { return .authorities(.file(ca)) }
        if !pin.isEmpty { return .pinned(pin) }
        let environment = Environment()
        if let file = environment[Self.authorityVariable], !file.isEmpty { return .authorities(.file(file)) }
        if let text = environment[Self.fingerprintVariable], !text.isEmpty {
            do {
                return .pinned([try Fingerprint(parsing: text)])
            } catch {
                throw ClientError.badInput("the environment variable \(Self.fingerprintVariable): \(error.message)")
            }
        }
        return .system
    }
}
