import ArgumentParser
import Certificates
import ControlPlane
import Foundation
import HTTP

/// How `relocate serve` speaks TLS.
struct SecurityOptions: ParsableArguments {
    @Flag(
        help: """
            Speak TLS on each TCP address without a scheme. The certificate is signed by an authority of the control \
            plane's own, made in STATE/tls at the first use; clients trust its ca.pem or pin its fingerprint.
            """)
    var tls = false

    @Option(help: ArgumentHelp("A name or address of this control plane for its certificate; may be repeated."))
    var tlsName: [String] = []

    @Option(help: ArgumentHelp("Use this certificate, with its chain, instead of one of its own.", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The key of --tls-certificate.", valueName: "file"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "Serve only operators whose certificate one of these authorities has signed.", valueName: "file"))
    var operatorCa: String?

    /// Whether addresses without a scheme speak TLS.
    var isWanted: Bool { tls || tlsCertificate != nil }

    func validate() throws {
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key belong together; give both or none")
        }
        guard tlsCertificate == nil || tlsName.isEmpty else {
            throw ValidationError("--tls-name is for a certificate of the control plane's own; leave it out")
        }
        for (option, isGiven) in [("--tls-name", !tlsName.isEmpty), ("--operator-ca", operatorCa != nil)]
        where isGiven && !isWanted {
            throw ValidationError("\(option) needs --tls, or --tls-certificate and --tls-key")
        }
    }

    /// What the control plane speaks TLS with; `nil` when none of the addresses is secured.
    /// - Throws: `ValidationError`, or `CertificateError` for a name that is none.
    func security(for services: [ServiceAddress]) throws -> ServerSecurity? {
        guard services.contains(where: \.isSecured) else { return nil }
        let identity: ServerSecurity.Identity
        if let tlsCertificate, let tlsKey {
            identity = .files(certificate: tlsCertificate, key: tlsKey)
        } else if tls {
            identity = .ownAuthority(names: try names(of: services))
        } else {
            throw ValidationError("an https:// address needs --tls, or --tls-certificate and --tls-key")
        }
        return ServerSecurity(identity: identity, operatorAuthorities: operatorCa.map { .file($0) })
    }

    /// What clients may call this control plane: what was given, this machine's own names, and where it listens.
    private func names(of services: [ServiceAddress]) throws -> [CertificateName] {
        var names = try tlsName.map { try CertificateName(parsing: $0) }
        for service in services where service.isSecured {
            guard case .tcp(let host, _, _) = service.address, !["0.0.0.0", "::"].contains(host) else { continue }
            names.append(try CertificateName(parsing: host))
        }
        let own = [ProcessInfo.processInfo.hostName, "localhost", "127.0.0.1", "::1"]
        // A machine's own name may be one that no certificate can carry.
        names += own.compactMap { try? CertificateName(parsing: $0) }
        var seen: Set<CertificateName> = []
        return names.filter { seen.insert($0).inserted }
    }
}
