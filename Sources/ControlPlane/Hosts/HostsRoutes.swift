import FleetAPI
import FleetCore
import FleetModel
import HTTP

/// `/v1/hosts`
struct HostsRoutes {
    let hosts: HostsService

    func add(to router: inout FleetRouter) {
        router.on(.get, "/v1/hosts") { request in
            try request.checkQuery("cursor", "limit")
            let state = hosts.fleet.snapshot
            let part = state.hosts(try request.window()).map { hosts.view(of: $0, in: state) }
            return try .snapshot(ListView(part), of: state, for: request)
        }
        router.on(.get, "/v1/hosts/{host}") { request in
            let state = hosts.fleet.snapshot
            let host = try state.host(request.name("host", of: "host"))
            return try .snapshot(hosts.view(of: host, in: state), of: state, for: request)
        }
        router.on(.patch, "/v1/hosts/{host}") { request in
            let name: HostName = try request.name("host", of: "host")
            let changes = try await request.decode(HostChangesBody.self)
            let host = try await hosts.change(
                name, state: changes.state, labels: changes.labels, capacity: changes.capacity, by: request.actor)
            return try .answer(.ok, hosts.view(of: host, in: hosts.fleet.snapshot))
        }
        router.on(.post, "/v1/hosts/{host}/drain") { request in
            let name: HostName = try request.name("host", of: "host")
            try await request.decodeNothing()
            let host = try await hosts.drain(name, by: request.actor)
            return try .answer(
                .accepted, hosts.view(of: host, in: hosts.fleet.snapshot),
                headerFields: [.location: "/v1/hosts/\(name)/drain"])
        }
        router.on(.get, "/v1/hosts/{host}/drain") { request in
            let state = hosts.fleet.snapshot
            return try .snapshot(try hosts.drain(of: try request.name("host", of: "host")), of: state, for: request)
        }
        router.on(.post, "/v1/hosts/{host}/lost") { request in
            let name: HostName = try request.name("host", of: "host")
            let body = try await request.decode(HostLossBody.self)
            let host = try await hosts.lose(name, reason: body.reason, confirmed: body.confirm, by: request.actor)
            return try .answer(.accepted, hosts.view(of: host, in: hosts.fleet.snapshot))
        }
        router.on(.post, "/v1/hosts/{host}/readmit") { request in
            try await request.decodeNothing()
            let host = try await hosts.readmit(try request.name("host", of: "host"), by: request.actor)
            return try .answer(.ok, hosts.view(of: host, in: hosts.fleet.snapshot))
        }
        router.on(.delete, "/v1/hosts/{host}") { request in
            try await hosts.forget(try request.name("host", of: "host"), by: request.actor)
            return Response(status: .noContent)
        }
    }
}
