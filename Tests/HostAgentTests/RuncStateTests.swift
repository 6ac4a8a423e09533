import FleetModel
import Glibc
import Testing

@testable import HostAgent

@Suite("What the next agent finds")
struct RuncStateTests {
    private let process: ProcessIdentity
    private let relocation = RelocationID(4)

    init() throws { process = try #require(ProcessIdentity(pid: getpid())) }

    private func settled(_ phase: StayPhase, alive: Bool, whole: Bool) -> StayPhase? {
        phase.settled(isAlive: { _ in alive }, dumpIsWhole: { _ in whole })
    }

    @Test("a start that was interrupted is undone", arguments: [true, false])
    func starting(alive: Bool) {
        #expect(settled(.starting, alive: alive, whole: false) == nil)
    }

    @Test("a dump that was interrupted counts only when its container is gone and all of it is there")
    func dumping() {
        let phase = StayPhase.dumping(process, relocation)
        #expect(settled(phase, alive: true, whole: true) == .running(process))
        #expect(settled(phase, alive: true, whole: false) == .running(process))
        #expect(settled(phase, alive: false, whole: true) == .dumped(relocation))
        #expect(settled(phase, alive: false, whole: false) == .running(process))
    }

    @Test("a container that was held is lost, whatever seems to run", arguments: [true, false])
    func held(alive: Bool) {
        #expect(settled(.held(process, .arrival), alive: alive, whole: true) == .prepared(lost: .interrupted))
        let revival = StayPhase.held(process, .revival(relocation))
        #expect(settled(revival, alive: alive, whole: true) == .dumped(relocation))
    }

    @Test("a release that was interrupted has happened when the container runs")
    func releasing() {
        #expect(settled(.releasing(process, .arrival), alive: true, whole: true) == .running(process))
        #expect(settled(.releasing(process, .arrival), alive: false, whole: true) == .prepared(lost: .interrupted))
        let revival = StayPhase.releasing(process, .revival(relocation))
        #expect(settled(revival, alive: false, whole: true) == .dumped(relocation))
    }

    @Test("a stay's name can be read back")
    func stayNames() throws {
        for stay in [
            Stay(container: try ContainerName("shop"), arrival: nil),
            Stay(container: try ContainerName("a-1"), arrival: RelocationID(12)),
        ] { #expect(Stay(parsing: "\(stay)") == stay) }
        for text in ["", "shop", "shop.x", "shop.1.2", "Shop.1", "shop.-1"] { #expect(Stay(parsing: text) == nil) }
    }

    @Test("a process is told from a later one with its number")
    func processIdentity() throws {
        let child = try ChildProcess.spawn(["/bin/sleep", "1000"])
        let identity = try #require(ProcessIdentity(pid: child))
        let watched = try #require(WatchedProcess(identity))
        #expect(watched.runs)
        #expect(!watched.heeds(SIGTERM))
        watched.signal(SIGKILL)
        #expect(watched.ends(within: .seconds(10)))
        #expect(!watched.runs)
        #expect(WatchedProcess(identity) == nil)
    }
}
