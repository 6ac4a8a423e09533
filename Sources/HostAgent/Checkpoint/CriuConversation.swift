/// One dump or restore as the agent sees it: what to do with each thing the worker says.
struct CriuConversation: Sendable, Equatable {
    /// How far it is.
    enum State: Sendable, Equatable {
        /// CRIU stops the tasks and writes them down.
        case dumping
        /// The tasks are stopped, nothing is written down yet, and CRIU waits to hear whether it may go on.
        case still
        /// The dump is whole, the tasks are stopped, and CRIU waits to hear what becomes of them.
        case whole
        /// CRIU ends the tasks, or lets them go on.
        case finishing
        /// CRIU makes the tasks anew.
        case restoring
        /// The first task is in its new namespaces, in which there is nothing yet, and CRIU waits to hear that it may go on.
        case entered
        /// CRIU sees to the mounts, and then waits to hear that the other namespaces are as they should be.
        case furnishing
        /// CRIU waits to hear that.
        case furnished
        /// The tasks are whole and held.
        case held(process: Int32)
        /// CRIU lets the tasks run.
        case resuming(process: Int32)
        /// Nothing more will be said.
        case over
    }

    /// What the agent has to do.
    enum Action: Sendable, Equatable {
        /// Answer with success and wait for what comes next.
        case acknowledge
        /// Look at the stopped tasks, decide whether they are written down, then call `decided`.
        case look
        /// Decide what becomes of the stopped tasks, then call `decided`.
        case decide
        /// Begin to see to the new namespaces of the tasks' first process, and call `decided`.
        case furnish(process: Int32)
        /// Wait until that is done, then call `decided`.
        case complete
        /// Keep the tasks until `decided` is called.
        case hold(process: Int32)
        /// The request was carried out.
        case succeed
        /// The request was not carried out; CRIU's first error.
        case fail(String)
    }

    /// How far it is.
    private(set) var state: State

    /// A dump whose request was just sent.
    static var dump: CriuConversation { CriuConversation(state: .dumping) }
    /// A restore whose request was just sent.
    static var restore: CriuConversation { CriuConversation(state: .restoring) }

    /// The worker said something.
    mutating func received(_ response: CriuResponse) -> Action {
        switch (state, response) {
        case (_, .refused(let message)):
            state = .over
            return .fail(message)
        case (.dumping, .notification("query-ext-files", _)):
            // The first that it asks of a dump when the tasks are stopped.
            state = .still
            return .look
        case (.dumping, .notification("post-dump", _)):
            state = .whole
            return .decide
        case (.restoring, .notification("setup-namespaces", let process?)):
            state = .entered
            return .furnish(process: process)
        case (.furnishing, .notification("post-setup-namespaces", _)):
            state = .furnished
            return .complete
        case (.restoring, .notification("post-restore", let process?)):
            state = .held(process: process)
            return .hold(process: process)
        case (.dumping, .notification), (.finishing, .notification), (.restoring, .notification),
            (.furnishing, .notification), (.resuming, .notification):
            return .acknowledge
        case (.finishing, .dumped), (.resuming, .restored):
            state = .over
            return .succeed
        default:
            defer { state = .over }
            return .fail("unexpected '\(response)' while \(state)")
        }
    }

    /// The agent has made its decision and answers the notification that waits for it.
    mutating func decided() {
        switch state {
        case .still: state = .dumping
        case .whole: state = .finishing
        case .entered: state = .furnishing
        case .furnished: state = .restoring
        case .held(let process): state = .resuming(process: process)
        case .dumping, .finishing, .restoring, .furnishing, .resuming, .over: break
        }
    }
}
