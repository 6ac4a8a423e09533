/// A filter of system calls, in the form that runc reads (OCI runtime specification, `linux.seccomp`).
struct SeccompProfile: Encodable, Sendable {
    enum Action: String, Encodable, Sendable {
        case allow = "SCMP_ACT_ALLOW"
        case refuse = "SCMP_ACT_ERRNO"
    }

    /// What a refused call returns.
    enum Answer: Int, Encodable, Sendable {
        case notPermitted = 1
        case notImplemented = 38
        case protocolNotSupported = 93
    }

    /// What must hold of a call's arguments for its rule to apply.
    struct Condition: Encodable, Sendable {
        let index: Int
        let value: UInt64
        let valueTwo: UInt64
        let op: String

        static func equal(argument: Int, value: UInt64) -> Condition {
            Condition(index: argument, value: value, valueTwo: 0, op: "SCMP_CMP_EQ")
        }

        static func different(argument: Int, from value: UInt64) -> Condition {
            Condition(index: argument, value: value, valueTwo: 0, op: "SCMP_CMP_NE")
        }

        static func noneSet(argument: Int, bits: UInt64) -> Condition {
            Condition(index: argument, value: bits, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ")
        }
    }

    /// What becomes of calls.
    struct Rule: Encodable, Sendable {
        let names: [String]
        let action: Action
        let answer: Answer?
        let conditions: [Condition]

        /// Calls that are allowed if all of the conditions hold.
        static func allow(_ names: [String], if conditions: Condition...) -> Rule {
            Rule(names: names, action: .allow, answer: nil, conditions: conditions)
        }

        /// Calls that are refused if all of the conditions hold.
        static func refuse(_ names: [String], _ answer: Answer, if conditions: Condition...) -> Rule {
            Rule(names: names, action: .refuse, answer: answer, conditions: conditions)
        }

        private enum CodingKeys: String, CodingKey {
            case names, action
            case answer = "errnoRet"
            case conditions = "args"
        }
    }

    let defaultAction: Action
    /// What calls return that no rule is about.
    let defaultAnswer: Answer
    let architectures: [String]
    let rules: [Rule]

    private enum CodingKeys: String, CodingKey {
        case defaultAction, architectures
        case defaultAnswer = "defaultErrnoRet"
        case rules = "syscalls"
    }

    /// This machine's own instruction set, with the older ones it also runs: they would be ways around the filter.
    static var nativeArchitectures: [String] {
        #if arch(x86_64)
            ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]
        #elseif arch(arm64)
            ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"]
        #else
            []
        #endif
    }
}
