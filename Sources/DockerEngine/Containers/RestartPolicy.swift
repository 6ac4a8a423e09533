/// When a daemon starts a container again that has ended.
public struct RestartPolicy: Sendable, Hashable {
    /// `no`, `always`, `unless-stopped` or `on-failure`.
    public var name: String
    /// How often in a row, for `on-failure`; 0 for any number.
    public var maximumRetries: Int

    /// Never.
    public static let no = RestartPolicy(name: "no")
    /// Always, and when the daemon is started.
    public static let always = RestartPolicy(name: "always")
    /// As `always`, but not after it was stopped on purpose.
    public static let unlessStopped = RestartPolicy(name: "unless-stopped")

    /// When it ended with another exit code than 0.
    public static func onFailure(maximumRetries: Int = 0) -> RestartPolicy {
        RestartPolicy(name: "on-failure", maximumRetries: maximumRetries)
    }

    /// A policy of this name.
    public init(name: String, maximumRetries: Int = 0) {
        self.name = name
        self.maximumRetries = maximumRetries
    }

    /// The policy in a container's `HostConfig`; `nil` if it is none.
    init?(_ json: JSON) {
        guard let name = json["Name"]?.string else { return nil }
        self.init(name: name.isEmpty ? "no" : name, maximumRetries: Int(json["MaximumRetryCount"]?.integer ?? 0))
    }

    /// The policy in the form of the API.
    var json: JSON { ["Name": .string(name), "MaximumRetryCount": .integer(Int64(maximumRetries))] }
}
