import FleetCore
import FleetLedger
import FleetModel
import HTTP
import HTTPTypes

/// `/livez` and `/readyz`: for whoever watches the process. The status code is for programs, `?verbose` for people.
struct HealthRoutes {
    let fleet: Fleet
    let ledger: any Ledger
    let scheduler: Scheduler

    func add(to router: inout FleetRouter) {
        router.on(.get, "/livez", .atOnce) { _ in Self.answer(.ok, "ok\n") }
        router.on(.get, "/readyz", .atOnce) { request in
            let checks = await checks()
            let isReady = checks.allSatisfy { $0.problem == nil }
            var lines = isReady ? "ok\n" : "not ready\n"
            if request.query["verbose"] != nil || !isReady {
                for check in checks {
                    lines += "\(check.problem == nil ? "+" : "-") \(check.name): \(check.problem ?? "ok")\n"
                }
            }
            return Self.answer(isReady ? .ok : .serviceUnavailable, lines)
        }
    }

    /// True only for the moment, so no cache may keep it.
    private static func answer(_ status: HTTPResponse.Status, _ text: String) -> Response {
        var response = Response.text(text, status: status)
        response.headerFields[.cacheControl] = "no-store"
        return response
    }

    private struct Check {
        var name: String
        var problem: String?
    }

    private func checks() async -> [Check] {
        [
            Check(name: "ledger", problem: await ledgerProblem()),
            Check(
                name: "scheduler",
                problem: scheduler.secondsSinceTick < 10 ? nil : "no tick for \(Int(scheduler.secondsSinceTick)) s"),
            Check(name: "gateway", problem: fleet.snapshot.gatewayObstacle),
        ]
    }

    private func ledgerProblem() async -> String? {
        do {
            // Anything will do that does not stand in line behind those who read lists.
            _ = try await ledger.policyVersion(1, of: .default)
            return nil
        } catch {
            return "\(error)"
        }
    }
}
