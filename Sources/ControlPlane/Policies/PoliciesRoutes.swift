import FleetAPI
import FleetCore
import FleetLedger
import FleetModel
import HTTP
import HTTPTypes

/// `/v1/policies`: when containers move and where to.
struct PoliciesRoutes {
    let policies: PoliciesService

    private var fleet: Fleet { policies.fleet }

    func add(to router: inout FleetRouter) {
        addCollection(to: &router)
        addResource(to: &router)
        addVersions(to: &router)
    }

    private func addCollection(to router: inout FleetRouter) {
        router.on(.get, "/v1/policies") { request in
            try request.checkQuery("cursor", "limit")
            let state = fleet.snapshot
            let part = state.policies(try request.window()).map { PolicyView($0, in: state) }
            return try .snapshot(ListView(part), of: state, for: request)
        }
        router.on(.post, "/v1/policies") { request in
            try request.checkQuery()
            var document = try await PolicyDocument(request.json())
            guard let name = try document.take("name", as: PolicyName.self) else {
                throw Problem(field: "name", detail: "name: the field is missing")
            }
            let record = try await policies.add(name, document, by: request.actor)
            return try answer(record, .created, [.location: "/v1/policies/\(name)"])
        }
        router.on(.post, "/v1/policies/preview") { request in
            try request.checkQuery("base", "container", "from")
            let document = try await PolicyDocument(request.json())
            let preview = PolicyPreview(
                base: try request.queryValue("base", "a policy's name") { try PolicyName($0) },
                container: try request.queryValue("container", "a container's name") { try ContainerName($0) },
                from: try request.queryValue("from", "a host's name") { try HostName($0) })
            return try .answer(.ok, try preview.view(of: document, in: fleet.snapshot, exposure: fleet.exposure))
        }
    }

    private func addResource(to router: inout FleetRouter) {
        router.on(.get, "/v1/policies/{policy}") { request in
            try request.checkQuery()
            let record = try fleet.snapshot.policy(request.name("policy", of: "policy"))
            if record.entityTag.isAmong(request.headerFields[.ifNoneMatch]) {
                return Response(
                    status: .notModified, headerFields: [.eTag: record.entityTag.description], body: .empty)
            }
            return try answer(record)
        }
        router.on(.put, "/v1/policies/{policy}") { request in
            let name: PolicyName = try request.name("policy", of: "policy")
            _ = try fleet.snapshot.policy(name)
            let expected = try request.ifMatch()
            let document = try await PolicyDocument(request.json())
            return try answer(try await policies.change(name, document, ifMatch: expected, by: request.actor))
        }
        router.on(.delete, "/v1/policies/{policy}") { request in
            let name: PolicyName = try request.name("policy", of: "policy")
            _ = try fleet.snapshot.policy(name)
            try await policies.remove(name, ifMatch: try request.ifMatch(), by: request.actor)
            return Response(status: .noContent)
        }
        router.on(.post, "/v1/policies/{policy}/restore") { request in
            let name: PolicyName = try request.name("policy", of: "policy")
            _ = try fleet.snapshot.policy(name)
            let expected = try request.ifMatch()
            let version = try await request.decode(RestorationBody.self).version
            let record = try await policies.restore(name, version: version, ifMatch: expected, by: request.actor)
            return try answer(record)
        }
    }

    private func addVersions(to router: inout FleetRouter) {
        router.on(.get, "/v1/policies/{policy}/versions") { request in
            try request.checkQuery("cursor", "limit")
            let name: PolicyName = try request.name("policy", of: "policy")
            let page = try await policies.ledger.policyVersions(
                of: name, cursor: try request.query["cursor"].map { try PageCursor($0) }, limit: try request.limit())
            if page.items.isEmpty { _ = try fleet.snapshot.policy(name) }
            return try .snapshot(
                ListView(items: page.items.map { PolicyView($0) }, next: page.next?.description), of: fleet.snapshot,
                for: request)
        }
        router.on(.get, "/v1/policies/{policy}/versions/{version}") { request in
            let name: PolicyName = try request.name("policy", of: "policy")
            let text = request.parameters["version"] ?? ""
            guard let version = Int(text) else {
                throw FleetError.notFound(kind: "version of policy '\(name)'", name: text)
            }
            return try .answer(.ok, PolicyView(try await policies.version(version, of: name)))
        }
    }

    private func answer(
        _ record: PolicyRecord, _ status: HTTPResponse.Status = .ok, _ fields: HTTPFields = [:]
    ) throws -> Response {
        let state = fleet.snapshot
        var fields = fields
        fields[.eTag] = record.entityTag.description
        fields[.relocateIndex] = String(state.sequence)
        return try .answer(status, PolicyView(record, in: state), headerFields: fields)
    }
}

extension Request {
    /// The If-Match field.
    /// - Throws: `Problem` 428 when there is none.
    fileprivate func ifMatch() throws -> String {
        guard let expected = headerFields[.ifMatch] else {
            throw Problem(
                .preconditionRequired, code: "preconditionRequired",
                detail: "send If-Match with the ETag of the policy that you read, so that nobody's change is lost")
        }
        return expected
    }
}
