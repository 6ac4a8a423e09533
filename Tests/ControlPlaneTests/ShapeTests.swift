import AttackSimulation
import FleetAPI
import FleetModel
import HTTPTypes
import Testing

@testable import ControlPlane

@Suite("Every answer has its shape", .timeLimit(.minutes(2)))
struct ShapeTests {
    @Test("what is read of an answer as its shape is all that it says, to the byte")
    func answers() async throws {
        try await TestFleet.with(hosts: 3) { fleet in
            _ = try await fleet.createContainer("a", on: "host1")
            try await check(HostView.self, fleet.send(.patch, "/v1/hosts/host1", #"{"labels":{"rack":"a3"}}"#))
            try await check(ContainerView.self, fleet.send(.patch, "/v1/containers/a", #"{"restart":"always"}"#))
            let pin = #"{"reason":"backup","seconds":600}"#
            try await check(ContainerView.self, fleet.send(.put, "/v1/containers/a/pin", pin))
            try await check(ContainerView.self, fleet.send(.delete, "/v1/containers/a/pin"))
            try await check(
                PlacementDecision.self, fleet.send(.post, "/v1/containers/a/relocate?dryRun=true", "{}"))
            try await check(Relocation.self, fleet.send(.post, "/v1/containers/a/relocate?wait=20", "{}"))
            try await check(Tenant.self, fleet.send(.patch, "/v1/tenants/acme", #"{"isPaused":true}"#))
            try await check(
                TrustGroup.self, fleet.send(.put, "/v1/trust-groups/ring", #"{"members":["acme"]}"#))
            try await check(TrustGroup.self, fleet.send(.get, "/v1/trust-groups/ring"))
            try await check(SchedulerView.self, fleet.send(.put, "/v1/scheduler", #"{"paused":true}"#))
            try await check(PolicyView.self, fleet.send(.post, "/v1/policies", #"{"name":"night"}"#))
            try await check(PolicyPreviewView.self, fleet.send(.post, "/v1/policies/preview?container=a", "{}"))
            let order = #"{"experiment":"time-migration","runs":10,"seed":5}"#
            try await check(
                SimulationView<ExperimentResult>.self, fleet.send(.post, "/v1/simulations?wait=60", order))
            try await lists(fleet)
            try await check(RelocationView.self, fleet.send(.get, "/v1/relocations/1"))
            try await check(SchedulerView.self, fleet.send(.get, "/v1/scheduler"))
            try await check(ExposureView.self, fleet.send(.get, "/v1/exposure"))
            try await check(HeterogeneityView.self, fleet.send(.get, "/v1/heterogeneity"))
            try await check(DistancesView.self, fleet.send(.get, "/v1/heterogeneity?from=host1"))
            try await check(Experiment.self, fleet.send(.get, "/v1/experiments/ablation"))
            try await check(HostView.self, fleet.send(.post, "/v1/hosts/host1/drain"))
            try await check(DrainView.self, fleet.send(.get, "/v1/hosts/host1/drain"))
        }
    }

    private func lists(_ fleet: TestFleet) async throws {
        try await check(ListView<HostView>.self, fleet.send(.get, "/v1/hosts"))
        try await check(ListView<Tenant>.self, fleet.send(.get, "/v1/tenants?limit=1"))
        try await check(ListView<TrustGroup>.self, fleet.send(.get, "/v1/trust-groups"))
        try await check(ListView<ContainerView>.self, fleet.send(.get, "/v1/containers"))
        try await check(ListView<Relocation>.self, fleet.send(.get, "/v1/relocations"))
        try await check(ListView<Image>.self, fleet.send(.get, "/v1/images"))
        try await check(ListView<Alarm>.self, fleet.send(.get, "/v1/alarms"))
        try await check(ListView<ActionView>.self, fleet.send(.get, "/v1/actions?limit=1000"))
        try await check(ListView<PolicyView>.self, fleet.send(.get, "/v1/policies"))
        try await check(ListView<PolicyView>.self, fleet.send(.get, "/v1/policies/night/versions"))
        try await check(ListView<AdoptableView>.self, fleet.send(.get, "/v1/adoptable"))
        try await check(ListView<ExperimentView>.self, fleet.send(.get, "/v1/experiments"))
        try await check(ListView<SimulationView<ExperimentResult>>.self, fleet.send(.get, "/v1/simulations"))
    }

    private func check<Shape: Codable & Equatable>(
        _ type: Shape.Type, _ answer: (status: Int, body: String, headerFields: HTTPFields)
    ) throws {
        #expect((200..<300).contains(answer.status), "\(type): \(answer.body)")
        let shape = try FleetJSON.decode(type, from: answer.body.utf8)
        #expect(String(decoding: try FleetJSON.encode(shape), as: UTF8.self) == answer.body, "\(type)")
    }
}
