import CLinux
import DequeModule
import Glibc
import Synchronization

/// One thread that waits for sockets and timers and runs the tasks that prefer it.
///
/// Sockets are registered once, edge-triggered, for everything: no system call is spent on changing interest, and an
/// idle socket cannot make the loop spin. A handler of events therefore remembers "may be readable" and "may be writable"
/// itself and clears them only when the kernel says `EAGAIN` (or after a short read, which means the same).
///
/// The loop is a `TaskExecutor`: the task of a request runs on the thread that read the request, so an answer that needs
/// nothing else leaves without a single change of thread. The other side of that coin: a handler that computes for long,
/// or blocks, holds up the other connections of its loop, and should do so in a detached task.
///
/// Events name their handler by slot and generation, never by pointer, so an event that was already fetched for a socket
/// that has been closed meanwhile finds an empty slot instead of freed memory.
final class EventLoop: TaskExecutor, Sendable {
    /// A registered handler.
    struct Token: Hashable, Sendable {
        var slot: UInt32
        var generation: UInt32

        var rawValue: UInt64 { UInt64(generation) << 32 | UInt64(slot) }

        init(slot: UInt32, generation: UInt32) {
            self.slot = slot
            self.generation = generation
        }

        init(rawValue: UInt64) {
            slot = UInt32(truncatingIfNeeded: rawValue)
            generation = UInt32(truncatingIfNeeded: rawValue >> 32)
        }
    }

    private struct Slot {
        var handler: (any EventHandler)?
        var generation: UInt32 = 0
    }

    private struct State {
        var slots: [Slot] = []
        var free: [UInt32] = []
        var wheel: TimerWheel<Token>
        var jobs: Deque<UnownedJob> = []
        var isSleeping = false
        var sleepsUntil = MonotonicTime.never

        func handler(_ token: Token) -> (any EventHandler)? {
            let slot = slots[Int(token.slot)]
            return slot.generation == token.generation ? slot.handler : nil
        }
    }

    private static let wakeToken = UInt64.max
    private static let eventsPerWait = 256
    /// A crowd of tasks that wake at once, such as event streams that all have something to tell, must not keep requests
    /// waiting until the last of it has run.
    private static let jobsPerWait = 64

    private let poll: Int32
    private let wake: Int32
    private let state: Mutex<State>

    /// Starts the thread.
    init(name: String) throws {
        poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard poll >= 0 else { throw HTTPError.system("creating an epoll instance") }
        wake = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard wake >= 0 else {
            let error = HTTPError.system("creating an eventfd")
            close(poll)
            throw error
        }
        state = Mutex(State(wheel: TimerWheel(now: .now())))
        var event = epoll_event()
        event.events = linux_epoll_in | linux_epoll_edge
        event.data.u64 = Self.wakeToken
        guard epoll_ctl(poll, EPOLL_CTL_ADD, wake, &event) == 0 else {
            throw HTTPError.system("watching an eventfd")
        }
        try startThread(name: name) { self.run() }
    }

    // MARK: - Sockets

    /// Watches a socket, edge-triggered in every direction unless it is a listener.
    func register(_ descriptor: Int32, _ handler: any EventHandler, edgeTriggered: Bool = true) throws -> Token {
        let token = state.withLock { state in
            let slot: UInt32
            if let free = state.free.popLast() {
                slot = free
            } else {
                slot = UInt32(state.slots.count)
                state.slots.append(Slot())
            }
            state.slots[Int(slot)].handler = handler
            return Token(slot: slot, generation: state.slots[Int(slot)].generation)
        }
        var event = epoll_event()
        event.events = linux_epoll_in
        if edgeTriggered {
            event.events |= linux_epoll_out | linux_epoll_peer_closed | linux_epoll_edge
        }
        event.data.u64 = token.rawValue
        guard epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
            let error = HTTPError.system("watching a socket")
            forget(token)
            throw error
        }
        return token
    }

    /// Puts another handler in the place of the present one. An event may still reach the old one while this is called, so
    /// the new one must not count on having been told of everything before.
    func replace(_ token: Token, with handler: any EventHandler) {
        // The old handler may be freed by this; it must not be freed while the lock is held.
        let replaced = state.withLock { state -> (any EventHandler)? in
            guard state.slots[Int(token.slot)].generation == token.generation else { return nil }
            defer { state.slots[Int(token.slot)].handler = handler }
            return state.slots[Int(token.slot)].handler
        }
        _ = replaced
    }

    /// Stops and resumes the events of a listener, which cannot accept while the process is out of descriptors.
    func setInterest(_ descriptor: Int32, _ token: Token, reading: Bool) {
        var event = epoll_event()
        event.events = reading ? linux_epoll_in : 0
        event.data.u64 = token.rawValue
        epoll_ctl(poll, EPOLL_CTL_MOD, descriptor, &event)
    }

    /// Forgets a handler. Closing its descriptor, which the caller does, ends the kernel's side.
    func forget(_ token: Token) {
        // The handler may be freed by this; it must not be freed while the lock is held.
        let forgotten = state.withLock { state -> (any EventHandler)? in
            guard state.slots[Int(token.slot)].generation == token.generation else { return nil }
            let handler = state.slots[Int(token.slot)].handler
            state.slots[Int(token.slot)].handler = nil
            state.slots[Int(token.slot)].generation &+= 1
            state.free.append(token.slot)
            return handler
        }
        _ = forgotten
    }

    // MARK: - Timers

    /// Calls `timerFired` of the handler at the deadline or earlier; whoever is called too early asks again.
    func arm(_ token: Token, at deadline: MonotonicTime) {
        let mustWake = state.withLock { state in
            state.wheel.add(token, at: deadline)
            guard state.isSleeping, state.wheel.next < state.sleepsUntil else { return false }
            state.isSleeping = false
            return true
        }
        if mustWake { signal() }
    }

    // MARK: - Tasks

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustWake = state.withLock { state in
            state.jobs.append(job)
            let wasSleeping = state.isSleeping
            state.isSleeping = false
            return wasSleeping
        }
        if mustWake { signal() }
    }

    private func signal() {
        var one: UInt64 = 1
        _ = write(wake, &one, MemoryLayout<UInt64>.size)
    }

    // MARK: - The loop

    private func run() {
        var events = [epoll_event](repeating: epoll_event(), count: Self.eventsPerWait)
        var ready: [(handler: any EventHandler, readiness: Readiness)] = []
        var due: [any EventHandler] = []
        var jobs: [UnownedJob] = []
        let executor = asUnownedTaskExecutor()
        while true {
            let count = epoll_wait(poll, &events, Int32(Self.eventsPerWait), prepareToSleep())
            let now = MonotonicTime.now()
            state.withLock { state in
                state.isSleeping = false
                for event in events.prefix(Int(max(count, 0))) {
                    if event.data.u64 == Self.wakeToken {
                        drainWake()
                    } else if let handler = state.handler(Token(rawValue: event.data.u64)) {
                        ready.append((handler, Readiness(rawValue: event.events)))
                    }
                }
                for token in state.wheel.expire(now: now) {
                    if let handler = state.handler(token) { due.append(handler) }
                }
            }
            for (handler, readiness) in ready { handler.ready(readiness) }
            ready.removeAll(keepingCapacity: true)
            for handler in due { handler.timerFired(now: now) }
            due.removeAll(keepingCapacity: true)
            state.withLock { state in
                let count = min(state.jobs.count, Self.jobsPerWait)
                jobs.append(contentsOf: state.jobs.prefix(count))
                state.jobs.removeFirst(count)
            }
            for job in jobs { job.runSynchronously(on: executor) }
            jobs.removeAll(keepingCapacity: true)
        }
    }

    /// The timeout for `epoll_wait` in milliseconds. Whoever has work for the loop after this must wake it.
    private func prepareToSleep() -> Int32 {
        state.withLock { state in
            guard state.jobs.isEmpty else { return 0 }
            state.isSleeping = true
            state.sleepsUntil = state.wheel.next
            guard state.sleepsUntil < .never else { return -1 }
            let left = state.sleepsUntil.nanoseconds(since: .now())
            return Int32(clamping: (left + 999_999) / 1_000_000)
        }
    }

    private func drainWake() {
        var value: UInt64 = 0
        _ = read(wake, &value, MemoryLayout<UInt64>.size)
    }
}
