import FleetAPI
import FleetCore
import FleetModel
import HTTP
import HTTPTypes

/// `/v1/containers`
struct ContainersRoutes {
    let containers: ContainersService
    let relocator: Relocator

    func add(to router: inout FleetRouter) {
        addResource(to: &router)
        addActions(to: &router)
        addPins(to: &router)
    }

    private func addResource(to router: inout FleetRouter) {
        router.on(.get, "/v1/containers") { request in
            try request.checkQuery("tenant", "host", "cursor", "limit")
            let tenant: TenantName? = try request.queryValue("tenant", "a tenant's name") { try TenantName($0) }
            let host: HostName? = try request.queryValue("host", "a host's name") { try HostName($0) }
            let state = containers.fleet.snapshot
            let part = state.containers(of: tenant, on: host, try request.window())
            return try .snapshot(ListView(part.map { ContainerView(container: $0) }), of: state, for: request)
        }
        router.on(.post, "/v1/containers") { request in
            try request.checkQuery("wait")
            let wait = try request.wait()
            let body = try await request.decode(NewContainerBody.self)
            let container = try await containers.create(
                NewContainer(
                    name: body.name, tenant: body.tenant, image: body.image, command: body.command ?? [],
                    environment: body.environment ?? [:], ports: (body.ports ?? []).map(\.mapping),
                    limits: (body.limits ?? LimitsBody()).limits, capabilities: body.capabilities ?? [],
                    hostRoot: body.hostRoot ?? false,
                    runtime: body.runtime, host: body.host,
                    policy: body.policy, onHostLoss: body.onHostLoss ?? .stay, restart: body.restart ?? .never),
                by: request.actor)
            let settled = try await containers.wait(for: container.name, atMost: wait) ?? container
            return try .answer(
                .created, ContainerView(container: settled),
                headerFields: [.location: "/v1/containers/\(container.name)"])
        }
        router.on(.get, "/v1/containers/{container}") { request in
            let state = containers.fleet.snapshot
            let container = try state.container(request.name("container", of: "container"))
            return try .snapshot(ContainerView(container: container), of: state, for: request)
        }
        router.on(.patch, "/v1/containers/{container}") { request in
            let name: ContainerName = try request.name("container", of: "container")
            let changes = try await request.decode(ContainerChangesBody.self)
            let container = try await containers.change(
                name, policy: changes.policy, isPaused: changes.isPaused, onHostLoss: changes.onHostLoss,
                restart: changes.restart, by: request.actor)
            return try .answer(.ok, ContainerView(container: container))
        }
        router.on(.delete, "/v1/containers/{container}") { request in
            try request.checkQuery("wait")
            let wait = try request.wait()
            let name: ContainerName = try request.name("container", of: "container")
            try await containers.remove(name, by: request.actor)
            let left = try await containers.wait(for: name, atMost: wait)
            guard let left else { return Response(status: .noContent) }
            return try .answer(.accepted, ContainerView(container: left))
        }
    }

    private func addActions(to router: inout FleetRouter) {
        router.on(.post, "/v1/containers/{container}/relocate") { request in
            try request.checkQuery("wait", "dryRun")
            let wait = try request.wait()
            let name: ContainerName = try request.name("container", of: "container")
            let body = try await request.decode(MoveBody.self)
            let wanted = RelocationRequest(
                container: name, to: body.to, trigger: body.trigger ?? .operator_, actor: request.actor,
                reason: body.reason, avoidTenants: body.avoidTenants ?? [])
            guard [.operator_, .alert].contains(wanted.trigger) else {
                throw Problem(field: "trigger", detail: "trigger: must be 'operator' or 'alert'")
            }
            if try request.queryValue("dryRun", "true or false", { Bool($0) }) == true {
                return try .answer(.ok, try relocator.preview(wanted))
            }
            await containers.tryOutBeforeMove(name)
            let relocation = try await relocator.request(wanted)
            var ended = try await relocator.wait(for: relocation.id, atMost: wait)
            if ended == nil, containers.fleet.snapshot.relocations[relocation.id] == nil {
                ended = try await containers.ledger.relocation(relocation.id)
            }
            return try .answer(
                .accepted, ended ?? relocation, headerFields: [.location: "/v1/relocations/\(relocation.id)"])
        }
        router.on(.post, "/v1/containers/{container}/start") { request in
            try request.checkQuery("wait")
            let wait = try request.wait()
            let name: ContainerName = try request.name("container", of: "container")
            try await request.decodeNothing()
            let container = try await containers.start(name, by: request.actor)
            let settled = try await containers.wait(for: name, atMost: wait) ?? container
            return try .answer(.accepted, ContainerView(container: settled))
        }
        router.on(.post, "/v1/containers/{container}/stop") { request in
            try await end(request) { try await containers.stop($0, by: request.actor) }
        }
        router.on(.post, "/v1/containers/{container}/restart") { request in
            try await end(request) { try await containers.restart($0, by: request.actor) }
        }
        router.on(.get, "/v1/containers/{container}/logs") { request in
            try request.checkQuery("tailBytes")
            let bytes = try request.queryValue("tailBytes", "1 to 1048576") { text in
                Int(text).flatMap { (1...1 << 20).contains($0) ? $0 : nil }
            }
            let logs = try await containers.logs(
                of: try request.name("container", of: "container"), tailBytes: bytes ?? 64 << 10)
            return Response(
                status: .ok, headerFields: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
                body: .bytes(Array(logs.utf8)))
        }
    }

    private func end(
        _ request: Request, _ begin: (ContainerName) async throws -> Container
    ) async throws -> Response {
        try request.checkQuery("wait")
        let wait = try request.wait()
        let name: ContainerName = try request.name("container", of: "container")
        try await request.decodeNothing()
        let container = try await begin(name)
        let settled = try await containers.wait(for: name, atMost: wait) ?? container
        return try .answer(.accepted, ContainerView(container: settled))
    }

    private func addPins(to router: inout FleetRouter) {
        router.on(.put, "/v1/containers/{container}/pin") { request in
            let name: ContainerName = try request.name("container", of: "container")
            let body = try await request.decode(PinBody.self)
            guard (body.until == nil) != (body.seconds == nil) else {
                throw Problem(field: "until", detail: "until: give an RFC 3339 time, or 'seconds' in its place")
            }
            let until = body.until ?? Timestamp.now.advanced(bySeconds: body.seconds ?? 0)
            let container = try await containers.pin(name, reason: body.reason, until: until, by: request.actor)
            return try .answer(.ok, ContainerView(container: container))
        }
        router.on(.delete, "/v1/containers/{container}/pin") { request in
            let container = try await containers.unpin(
                try request.name("container", of: "container"), by: request.actor)
            return try .answer(.ok, ContainerView(container: container))
        }
    }
}

extension Request {
    /// How long the client wants to wait for the end of what it asks for: `?wait=30`, in seconds, at most 600.
    func wait() throws -> Duration {
        let seconds = try queryValue("wait", "0 to 600 seconds") { text in
            Double(text).flatMap { (0...600).contains($0) ? $0 : nil }
        }
        return .seconds(seconds ?? 0)
    }
}
