import AttackSimulation
import FleetAPI
import FleetCore
import FleetModel
import HTTP
import HTTPTypes

/// `/v1/experiments` and `/v1/simulations`: what attackers achieve, simulated.
struct SimulationsRoutes {
    let fleet: Fleet
    let simulations: SimulationsService

    func add(to router: inout FleetRouter) {
        router.on(.get, "/v1/experiments") { request in
            try request.checkQuery("cursor", "limit")
            let all = Array(try Experiment.all.enumerated())
            let part = ListPart(try request.window(), of: all) { Position($0.offset) }
            return try .answer(.ok, ListView(part.map { ExperimentView($0.element) }))
        }
        router.on(.get, "/v1/experiments/{experiment}") { request in
            try request.checkQuery()
            return try .answer(.ok, try Self.experiment(request.parameters["experiment"] ?? ""))
        }
        router.on(.get, "/v1/simulations") { request in
            try request.checkQuery("cursor", "limit")
            let part = ListPart(try request.window(), of: simulations.all) { NewestFirst($0.id) }
            return try .answer(.ok, ListView(part.map { SimulationView($0, isInFull: false) }))
        }
        router.on(.post, "/v1/simulations") { request in
            try request.checkQuery("wait")
            let wait = try request.wait()
            let (run, kind) = try SimulationOrder(try await request.decode(SimulationBody.self)).run(in: fleet.snapshot)
            let simulation = try simulations.add(run, kind, by: request.actor)
            await simulations.wait(for: simulation.id, atMost: wait)
            return try .answer(
                .accepted, SimulationView(try simulations.simulation(simulation.id), isInFull: true),
                headerFields: [.location: "/v1/simulations/\(simulation.id)"])
        }
        addOne(to: &router)
    }

    private func addOne(to router: inout FleetRouter) {
        router.on(.get, "/v1/simulations/{simulation}") { request in
            try request.checkQuery()
            return try .answer(.ok, SimulationView(try found(request), isInFull: true))
        }
        router.on(.delete, "/v1/simulations/{simulation}") { request in
            try request.checkQuery()
            try simulations.remove(try found(request).id)
            return Response(status: .noContent)
        }
        router.on(.post, "/v1/simulations/{simulation}/cancel") { request in
            try request.checkQuery()
            try await request.decodeNothing()
            let simulation = try simulations.cancel(try found(request).id)
            return try .answer(.ok, SimulationView(simulation, isInFull: false))
        }
        router.on(.get, "/v1/simulations/{simulation}/points.csv") { request in
            try request.checkQuery()
            return Self.file(CSVReport(try result(request)).text, "text/csv; charset=utf-8")
        }
        router.on(.get, "/v1/simulations/{simulation}/figures/{figure}") { request in
            try request.checkQuery()
            let name = request.parameters["figure"] ?? ""
            let figures = PanelFigure.all(of: try result(request))
            guard let figure = figures.first(where: { "\($0.panel.name).svg" == name })?.figure else {
                throw FleetError.notFound(kind: "figure", name: name)
            }
            return Self.file(figure.svg, "image/svg+xml")
        }
    }

    /// - Throws: `FleetError.notFound`.
    static func experiment(_ name: String) throws -> Experiment {
        do {
            return try Experiment.named(name)
        } catch SimulationError.unknownExperiment {
            throw FleetError.notFound(kind: "experiment", name: name)
        }
    }

    private func found(_ request: Request) throws -> Simulation {
        let text = request.parameters["simulation"] ?? ""
        guard let id = Int64(text) else { throw FleetError.notFound(kind: "simulation", name: text) }
        return try simulations.simulation(id)
    }

    private func result(_ request: Request) throws -> ExperimentResult {
        let simulation = try found(request)
        guard let result = simulation.result else {
            throw FleetError.conflict("simulation \(simulation.id) has no result: see its state")
        }
        return result
    }

    private static func file(_ text: String, _ type: String) -> Response {
        Response(
            status: .ok, headerFields: [.contentType: type, .cacheControl: "no-cache"], body: .bytes(Array(text.utf8)))
    }
}
