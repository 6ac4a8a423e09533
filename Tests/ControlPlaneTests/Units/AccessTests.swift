import FleetCore
import FleetModel
import Foundation
import HTTP
import HTTPTypes
import RelocateTesting
import Testing

@testable import ControlPlane

@Suite("Pages of other origins")
struct BrowserGuardTests {
    private func answer(
        _ origin: String?, host: String? = "relocate.example:8080", site: String? = nil,
        method: HTTPRequest.Method = .post,
        allowed: [String] = []
    ) async throws -> (status: Int, detail: String) {
        var router = FleetRouter(publicOrigins: try allowed.map { try WebOrigin(parsing: $0) })
        router.on(method, "/v1/thing") { _ in Response(status: .noContent) }
        var fields: HTTPFields = [:]
        fields[.origin] = origin
        fields[try #require(HTTPField.Name("Host"))] = host
        fields[try #require(HTTPField.Name("Sec-Fetch-Site"))] = site
        let answer = await Answer(router.router.respond(to: try Desk.request(method, "/v1/thing", [], fields)))
        return (answer.status, answer.detail)
    }

    @Test(
        "a change passes from programs and from the page that is served here, and from nowhere else",
        arguments: [
            (nil, nil, true), ("http://relocate.example:8080", nil, true),
            ("https://relocate.example:8080", "same-origin", true),
            ("http://evil.example", nil, false), ("null", nil, false), ("http://relocate.example", nil, false),
            ("http://evil.relocate.example:8080", nil, false), ("http://relocate.example:8080", "cross-site", false),
            ("http://relocate.example:8080", "same-site", false), (nil, "cross-site", false), (nil, "none", true),
            ("http://relocate.example:8080.evil.example", nil, false),
        ] as [(String?, String?, Bool)])
    func table(origin: String?, site: String?, passes: Bool) async throws {
        let answer = try await answer(origin, site: site)
        #expect(answer.status == (passes ? 204 : 403))
        if !passes { #expect(answer.detail.contains("may not change the fleet")) }
    }

    @Test("what only reads passes, whoever's page it is", arguments: [HTTPRequest.Method.get, .head])
    func reads(method: HTTPRequest.Method) async throws {
        #expect(try await answer("http://evil.example", site: "cross-site", method: method).status == 204)
    }

    @Test(
        "every method that may change something is looked at",
        arguments: [
            HTTPRequest.Method.post, .put, .patch, .delete,
        ])
    func changes(method: HTTPRequest.Method) async throws {
        #expect(try await answer("http://evil.example", method: method).status == 403)
    }

    @Test("the origin that a proxy serves passes when it was named, and the words say how to name it")
    func proxies() async throws {
        let origin = "https://fleet.example"
        let refused = try await answer(origin, host: "127.0.0.1:8080")
        #expect(refused.status == 403 && refused.detail.contains("this request was for '127.0.0.1:8080'"))
        #expect(refused.detail.hasSuffix("start 'relocate serve' with --public-origin https://fleet.example"))
        #expect(try await answer(origin, host: "127.0.0.1:8080", allowed: [origin]).status == 204)
        #expect(try await answer("https://fleet.example:8443", host: "127.0.0.1:8080", allowed: [origin]).status == 403)
        #expect(try await answer("HTTPS://Fleet.Example:443", host: "127.0.0.1:8080", allowed: [origin]).status == 204)
    }
}

@Suite("Origins and addresses")
struct OriginTests {
    @Test(
        "scheme, host and port, in lower case and without the scheme's own port",
        arguments: [
            ("https://relocate.example", "https://relocate.example"),
            ("HTTPS://Relocate.Example:443", "https://relocate.example"),
            ("http://relocate.example:80", "http://relocate.example"), ("http://x:443", "http://x:443"),
            ("https://[::1]:8443", "https://[::1]:8443"), ("http://10.0.0.1", "http://10.0.0.1"),
        ])
    func origins(text: String, expected: String) throws {
        #expect(try WebOrigin(parsing: text).description == expected)
    }

    @Test(
        "anything else is none, and the words say how one is written",
        arguments: [
            "relocate.example", "ftp://relocate.example", "https://", "https://relocate.example/", "https://a/b",
            "null", "",
            "https://user@relocate.example", "https://:8443", "https://relocate.example?x", "://x",
            "https://bücher.example",
        ])
    func noOrigins(text: String) throws {
        let error = try #require(throws: WebOriginError.self) { try WebOrigin(parsing: text) }
        #expect("\(error)" == "'\(text)' is no origin; write it as https://relocate.example, without a path")
    }

    @Test("an address says by its scheme whether it speaks TLS; without one the caller does; a Unix socket never does")
    func services() throws {
        let table: [(String, Bool, String, Bool)] = [
            ("https://0.0.0.0:8443", false, "https://0.0.0.0:8443", true),
            ("http://127.0.0.1:8080", true, "http://127.0.0.1:8080", false),
            ("127.0.0.1:8080", true, "https://127.0.0.1:8080", true),
            ("127.0.0.1:8080", false, "http://127.0.0.1:8080", false),
            ("https://[::1]:80", false, "https://[::1]:80", true),
            ("unix:/run/relocate.sock", true, "unix:/run/relocate.sock", false),
        ]
        for (text, isSecured, description, expected) in table {
            let service = try ServiceAddress(parsing: text, isSecured: isSecured)
            #expect(service.description == description && service.isSecured == expected, "\(text)")
            #expect(try ServiceAddress(parsing: service.description) == service)
        }
    }

    @Test(
        "what is no address is refused; a scheme before a Unix socket is said to be too much",
        arguments: [
            "https://", "nonsense", "http://host", "host:99999", "https://unix:/run/x", "unix:relative",
        ])
    func noServices(text: String) throws {
        let error = try #require(throws: HTTPError.self) { try ServiceAddress(parsing: text) }
        #expect(error.code == .invalidAddress)
        if text.hasPrefix("https://unix:") { #expect(error.message.hasSuffix("write unix:/run/x")) }
    }

    @Test(
        "only this machine reaches loopback, Unix sockets, and what is in a network namespace",
        arguments: [
            ("127.0.0.1:1", true), ("127.8.8.8:1", true), ("[::1]:1", true), ("localhost:1", true),
            ("unix:/run/x", true),
            ("0.0.0.0:1", false), ("10.0.0.1:1", false), ("[::]:1", false), ("relocate.example:1", false),
            ("127.0.0.1.example:1", false), ("127.evil.example:1", false),
        ])
    func local(text: String, isLocal: Bool) throws {
        #expect(try ServiceAddress(parsing: text).isLocal == isLocal)
        let inNamespace = ServiceAddress(.tcp(host: "0.0.0.0", port: 1, networkNamespace: "/run/netns/x"))
        #expect(inNamespace.isLocal)
    }
}

@Suite("The join token and the state directory")
struct JoinTokenTests {
    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test("a token is made once, for the owner's eyes only, and is the same after every start")
    func made() async throws {
        try await TemporaryDirectory.with { directory in
            let token = try JoinToken(directory: directory)
            let path = directory + "/join-token"
            let text = String(decoding: try #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
            #expect(try text.hasPrefix("rlk_") && text.hasSuffix("\n") && mode(path) == 0o600)
            #expect(token.hash.matches(String(text.dropLast())))
            #expect(try JoinToken(directory: directory).hash == token.hash)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["join-token"])
        }
    }

    @Test(
        "an operator's own token is taken, with whatever white space is around it",
        arguments: [
            "secret", " secret\n", "\n\nsecret\r\nsecond line\n",
        ])
    func given(text: String) async throws {
        try await TemporaryDirectory.with { directory in
            try StateDirectory.write(text, to: directory + "/join-token")
            #expect(try JoinToken(directory: directory).hash.matches("secret"))
        }
    }

    @Test("an empty token would let everybody in: it is refused in words", arguments: ["", "\n", "  \n"])
    func empty(text: String) async throws {
        try await TemporaryDirectory.with { directory in
            try StateDirectory.write(text, to: directory + "/join-token")
            let failure = try #require(throws: StateDirectory.Failure.self) { try JoinToken(directory: directory) }
            #expect("\(failure)" == "\(directory)/join-token: is empty; remove it to get a new one")
        }
    }

    @Test("a directory is made owner only and taken as it is; what cannot be made or written is named with the reason")
    func directories() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/a/b"
            try StateDirectory.make(path)
            try StateDirectory.make(path)
            #expect(try mode(path) == 0o700)
            try StateDirectory.write("x", to: path + "/file")
            try StateDirectory.write("second", to: path + "/file")
            #expect(FileManager.default.contents(atPath: path + "/file") == Data("second".utf8))
            let inFile = try #require(throws: StateDirectory.Failure.self) { try StateDirectory.make(path + "/file/c") }
            #expect(inFile.path == path + "/file/c" && inFile.detail.hasPrefix("cannot be made: "))
            let nowhere = try #require(throws: StateDirectory.Failure.self) {
                try StateDirectory.write("x", to: directory + "/none/file")
            }
            #expect("\(nowhere)" == "\(directory)/none/file: No such file or directory")
        }
    }

    @Test("secrets are long, never twice the same, and safe in a header")
    func secrets() {
        let secrets = (0..<200).map { _ in Secret.random() }
        #expect(Set(secrets).count == secrets.count)
        for secret in secrets {
            #expect(secret.count == 47 && secret.hasPrefix("rlk_"))
            #expect(secret.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
        }
    }
}

@Suite("Credentials")
struct CredentialsTests {
    @Test("a host has one: a new one makes the old one worthless, and none is none")
    func life() throws {
        let (first, second) = (try HostName("host1"), try HostName("host2"))
        let hashes = (0..<3).map { SecretHash(of: "secret \($0)") }
        let credentials = Credentials([first: hashes[0]])
        #expect(credentials[first] == hashes[0] && credentials.host(with: hashes[0]) == first)
        credentials.set(hashes[1], of: second)
        credentials.set(hashes[2], of: first)
        #expect(credentials.host(with: hashes[0]) == nil && credentials.host(with: hashes[2]) == first)
        #expect(credentials.host(with: hashes[1]) == second)
        credentials.set(nil, of: first)
        credentials.set(nil, of: first)
        #expect(credentials[first] == nil && credentials.host(with: hashes[2]) == nil)
        #expect(credentials[second] == hashes[1])
    }

    @Test("setting the same one again keeps it")
    func again() throws {
        let host = try HostName("host1")
        let hash = SecretHash(of: "secret")
        let credentials = Credentials([:])
        for _ in 0..<2 { credentials.set(hash, of: host) }
        #expect(credentials[host] == hash && credentials.host(with: hash) == host)
    }
}
