import FleetModel
import Foundation
import Glibc
import HTTP
import HTTPTypes
import RelocateTesting
import Testing

@testable import ControlPlane

@Suite("The dashboard behind a proxy", .serialized)
struct ProxyTests {
    private static let program: String? = ["/usr/sbin/nginx", "/usr/bin/nginx"]
        .first { (path: String) in access(path, X_OK) == 0 }

    @Test(
        "nginx, which sends a Host of its own: its origin is refused with words that say what helps, and passes once it is named",
        .enabled(if: program != nil, "needs nginx"))
    func namedOrigin() async throws {
        let program = try #require(Self.program)
        try await TestFleet.with { fleet in
            let socket = fleet.directory + "/nginx.sock"
            let settings = try settings(at: socket, before: await fleet.operatorPort, in: fleet.directory)
            try await withProgram(program, ["-c", settings, "-p", fleet.directory]) { _ in
                try await check(fleet, at: socket)
            }
        }
    }

    private func check(_ fleet: TestFleet, at socket: String) async throws {
        let page = "https://relocate.example"
        try await eventually("the proxy serves") {
            (try? await send(.get, "/v1/tenants", to: socket))?.status == 200
        }
        let refused = try await send(.post, "/v1/tenants", to: socket, origin: page, #"{"name":"foreign"}"#)
        #expect(refused.status == 403)
        #expect(refused.body.contains("--public-origin https://relocate.example"))
        #expect(refused.body.contains("Host header"))

        await fleet.stopControlPlane()
        try await fleet.startControlPlane(publicOrigins: [WebOrigin(parsing: "https://Relocate.example:443")])
        let taken = try await send(.post, "/v1/tenants", to: socket, origin: page, #"{"name":"known"}"#)
        #expect(taken.status == 201)
        for origin in ["https://relocate.example.evil", "http://relocate.example", "null"] {
            #expect(try await send(.post, "/v1/tenants", to: socket, origin: origin, "{}").status == 403)
        }
        let foreign: HTTPFields = [.origin: page, .secFetchSite: "cross-site"]
        #expect(try await fleet.send(.post, "/v1/tenants", "{}", headerFields: foreign).status == 403)
    }

    @Test(
        "what is no origin is refused",
        arguments: [
            "relocate.example", "https://", "https://relocate.example/page", "ftp://relocate.example", "https://:443",
        ])
    func origins(text: String) {
        #expect(throws: WebOriginError.self) { try WebOrigin(parsing: text) }
    }

    /// What nginx is told: it is as it comes, but for its port and its folders.
    /// - Returns: the path of its settings.
    private func settings(at socket: String, before port: Int, in directory: String) throws -> String {
        let settings = """
            daemon off; master_process off; pid \(directory)/nginx.pid; error_log \(directory)/nginx.log;
            events {}
            http {
                access_log off;
                client_body_temp_path \(directory)/nginx-body; proxy_temp_path \(directory)/nginx-proxy;
                fastcgi_temp_path \(directory)/nginx-1; uwsgi_temp_path \(directory)/nginx-2;
                scgi_temp_path \(directory)/nginx-3;
                upstream relocate { server 127.0.0.1:\(port); }
                server { listen unix:\(socket); location / { proxy_pass http://relocate; } }
            }
            """
        let path = directory + "/nginx.conf"
        try Data(settings.utf8).write(to: URL(filePath: path))
        return path
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, to socket: String, origin: String? = nil, _ body: String = ""
    ) async throws -> (status: Int, body: String) {
        let client = try HTTPClient(endpoint: .unix(path: socket))
        defer { client.close() }
        var fields: HTTPFields = body.isEmpty ? [:] : [.contentType: "application/json"]
        fields[.origin] = origin
        let response = try await client.send(
            method, path, headerFields: fields, body: body.isEmpty ? .empty : .bytes(Array(body.utf8)),
            timeout: .seconds(30))
        let bytes = try await response.collect(upTo: 1 << 20)
        return (response.status.code, String(decoding: bytes, as: UTF8.self))
    }
}

extension HTTPField.Name {
    fileprivate static var secFetchSite: HTTPField.Name {
        guard let name = HTTPField.Name("Sec-Fetch-Site") else { preconditionFailure("not a field name") }
        return name
    }
}
