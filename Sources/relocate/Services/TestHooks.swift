import ArgumentParser
import FleetModel

/// What tests ask of a service and nobody else can: only debug builds know these options.
struct TestHooks: ParsableArguments {
    #if DEBUG
        @Option(help: ArgumentHelp("End suddenly at STEP:MOMENT, to test what follows.", visibility: .hidden))
        var dieAt: String?

        /// When the service is to end suddenly.
        func death() throws -> SuddenDeath { try dieAt.map(SuddenDeath.init(parsing:)) ?? .never }
    #else
        /// Never.
        func death() throws -> SuddenDeath { .never }
    #endif
}
