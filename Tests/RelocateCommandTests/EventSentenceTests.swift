import FleetModel
import Testing

@testable import relocate

@Suite("Events in words")
struct EventSentenceTests {
    @Test("a completed move says from where to where, and the pause")
    func completed() throws {
        #expect(Samples.sentence(.relocation(try Samples.relocation())) == "echo moved host1 → host3, pause 24.1 ms")
    }

    @Test("every end of a move says where the container is now")
    func ends() throws {
        let failure = StepFailure(code: .dumpRefused, message: "CRIU refused")
        let words = try [RelocationState.failed, .rolledBack, .stranded].map {
            Samples.sentence(.relocation(try Samples.relocation($0, failure: failure)))
        }
        #expect(
            words == [
                "echo stays on host1, the move to host3 failed: CRIU refused",
                "echo runs on host1 again, the move to host3 was rolled back: CRIU refused",
                "echo runs nowhere, its dump is kept: CRIU refused",
            ])
        #expect(
            Samples.sentence(.relocation(try Samples.relocation(.cancelled)))
                == "the move of echo to host3 was cancelled")
    }

    @Test("a move under way tells its last step")
    func steps() throws {
        let sent = try Samples.relocation(.running, steps: [Samples.step(.checkpoint, .sent)])
        #expect(Samples.sentence(.relocation(sent)) == "echo: checkpoint on host1")
        let done = try Samples.relocation(.running, steps: [Samples.step(.checkpoint, .succeeded, took: 12.34)])
        #expect(Samples.sentence(.relocation(done)) == "echo: checkpoint on host1 done, 12.3 ms")
        let queued = try Samples.relocation(.queued)
        #expect(
            Samples.sentence(.relocation(queued))
                == "echo waits for its turn to leave host1 for host3, because its time is over")
    }

    @Test("a move that goes on tells what has an outcome, then what was begun")
    func progress() throws {
        #expect(
            Samples.sentence(.progress(try Samples.progress()))
                == "echo: steer on host1 done, 2.5 ms; checkpoint on host1")
        let refused = StepFailure(code: .networkFailed, message: "no route")
        let undone = try Samples.progress(.failed) { relocation in
            relocation.steps[0].failure = refused
            relocation.failure = refused
            relocation.state = .rollingBack
        }
        #expect(
            Samples.sentence(.progress(undone))
                == "echo: steer on host1 failed: no route; checkpoint on host1; being undone: no route")
        let cancelled = try Samples.progress { relocation in
            relocation.steps = [try Samples.step(.steer, .sent)]
            relocation.cancelledBy = "ann"
        }
        #expect(Samples.sentence(.progress(cancelled)) == "echo: to be cancelled, as ann wants")
    }

    @Test("a person who did it is named, the program is not")
    func actors() throws {
        let change = FleetChange.tenantRemoved(try TenantName("shop"))
        #expect(Samples.sentence(change, by: "alice") == "tenant shop was removed (alice)")
        for actor in ["clock", "control-plane", "host:host1"] {
            #expect(Samples.sentence(change, by: actor) == "tenant shop was removed")
        }
    }

    @Test("a container's state comes with its reason")
    func containers() throws {
        #expect(
            Samples.sentence(.container(try Samples.container(.stopped(reason: "exit code 1"))))
                == "echo stopped: exit code 1")
        let stuck = try Samples.container(.running, .immovable(reason: "it holds a terminal", log: ""))
        #expect(
            Samples.sentence(.container(stuck)) == "echo runs on host1 but cannot be moved: it holds a terminal")
    }

    @Test("an alarm that is over does not sound like one")
    func alarms() {
        var alarm = Alarm(kind: .unreachable, subject: "host4", message: "not heard", raisedAt: Samples.time)
        #expect(Samples.sentence(.alarm(alarm)) == "ALARM unreachable, host4: not heard")
        alarm.clearedAt = Samples.time
        #expect(Samples.sentence(.alarm(alarm)) == "alarm over: unreachable, host4")
    }

    @Test("a container that is kept where it is says by what")
    func kept() throws {
        var container = try Samples.container(.running)
        container.deadlineAt = try Timestamp("2026-01-31T13:00:00.000Z")
        #expect(Samples.sentence(.container(container)) == "echo runs on host1, to move at 13:00:00.000")
        container.isPaused = true
        #expect(Samples.sentence(.container(container)) == "echo runs on host1, its clock is paused")
        container.pin = Pin(reason: "backup", until: Samples.time, setBy: "alice")
        #expect(
            Samples.sentence(.container(container))
                == "echo runs on host1, pinned there until \(Samples.time) by alice: backup")
    }

    @Test("a policy that was set says what it makes of stays")
    func policies() throws {
        let everyone = try Samples.record(.deadline(seconds: 300, threshold: 0.13, isJittered: true))
        #expect(
            Samples.sentence(.policy(everyone), by: "alice")
                == "policy default is at version 3: a stay ends at an unpredictable moment within 5m00s; "
                + "at most 5 moves at once (alice)")
        let night = try Samples.record(Policy(clock: .static), name: "night")
        #expect(
            Samples.sentence(.policy(night)) == "policy night is at version 3: containers stay where they are")
        #expect(Samples.sentence(.policyRemoved(try PolicyName("night"))) == "policy night was removed")
    }

    @Test("a tenant's rules are told, and whether it is new")
    func tenants() throws {
        var tenant = Tenant(name: try TenantName("shop"), createdAt: Samples.time)
        #expect(Samples.sentence(.tenant(tenant)) == "tenant shop was added")
        tenant = Tenant(
            name: tenant.name, createdAt: Timestamp(milliseconds: 0), policy: try PolicyName("night"),
            neverBeside: [try TenantName("rival"), try TenantName("other")], isPaused: true)
        #expect(
            Samples.sentence(.tenant(tenant))
                == "tenant shop was changed: policy night, never beside rival and other, its clock is paused: its "
                + "containers stay where they are")
    }

    @Test("the time of day has milliseconds")
    func clockTime() throws {
        #expect(try Timestamp("2026-01-31T12:03:04.123Z").clockTime == "12:03:04.123")
    }
}
