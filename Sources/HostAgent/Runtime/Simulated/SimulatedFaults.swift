import FleetModel
import Synchronization

/// The failures that tests have asked of a simulated runtime. Only debug builds can be asked for any.
final class SimulatedFaults: Sendable {
    #if DEBUG
        private let waiting = Mutex<[SimulatedRuntime.Phase: [StepFailure]]>([:])

        fileprivate func add(_ failure: StepFailure, at phase: SimulatedRuntime.Phase) {
            waiting.withLock { $0[phase, default: []].append(failure) }
        }

        /// Meets the next failure of a phase, if there is one.
        func meet(_ phase: SimulatedRuntime.Phase) throws(StepFailure) {
            let next = waiting.withLock { waiting in
                waiting[phase]?.isEmpty == false ? waiting[phase]?.removeFirst() : nil
            }
            if let next { throw next }
        }
    #else
        /// There is none.
        func meet(_ phase: SimulatedRuntime.Phase) throws(StepFailure) {}
    #endif
}

#if DEBUG
    extension SimulatedRuntime {
        /// Makes the next call of a phase fail; several faults of one phase are met in the order in which they were given.
        public func inject(_ failure: StepFailure, at phase: Phase) { faults.add(failure, at: phase) }

        /// Ends a container's process as if it had ended by itself.
        public func exit(_ container: ContainerName, with status: ProcessExit = .code(0)) {
            state.withLock { state in
                for (stay, presence) in state.stays where stay.container == container && presence == .running {
                    state.stays[stay] = .exited(status)
                }
            }
        }

        /// Forgets what is held or armed, as the end of an agent does.
        public func interrupt() {
            state.withLock { state in
                for case (let stay, .held(let relocation)) in state.stays { state.stays[stay] = .prepared(relocation) }
                state.armed = []
            }
        }
    }
#endif
