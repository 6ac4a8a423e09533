import FleetAPI
import FleetCore
import FleetModel
import HTTP

/// `/v1/adoptable` and `/v1/hosts/{host}/adopt`: containers that people started on hosts by themselves.
struct AdoptionRoutes {
    let containers: ContainersService

    func add(to router: inout FleetRouter) {
        router.on(.get, "/v1/adoptable") { request in
            try request.checkQuery("host", "cursor", "limit")
            let host: HostName? = try request.queryValue("host", "a host's name") { try HostName($0) }
            let state = containers.fleet.snapshot
            if let host { _ = try state.host(host) }
            let part = state.adoptables(on: host, try request.window()).map { host, container in
                AdoptableView(host: host, container: container)
            }
            return try .snapshot(ListView(part), of: state, for: request)
        }
        router.on(.post, "/v1/hosts/{host}/adopt") { request in
            try request.checkQuery("wait")
            let wait = try request.wait()
            let host: HostName = try request.name("host", of: "host")
            let body = try await request.decode(AdoptionBody.self)
            let container = try await containers.adopt(
                Adoption(
                    host: host, container: body.container, name: body.name,
                    ports: (body.ports ?? []).map(\.mapping), policy: body.policy), by: request.actor)
            let settled = try await containers.wait(for: container.name, atMost: wait) ?? container
            return try .answer(
                .created, ContainerView(container: settled),
                headerFields: [.location: "/v1/containers/\(container.name)"])
        }
    }
}
