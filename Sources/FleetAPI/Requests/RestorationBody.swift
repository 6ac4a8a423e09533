/// That an older version of a policy is to be the present one again: `POST /v1/policies/{policy}/restore`.
public struct RestorationBody: JSONBody {
    /// The version.
    public var version: Int

    private enum CodingKeys: String, CodingKey, CaseIterable { case version }

    /// The names of the fields that the body may have.
    public static var fieldNames: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// A version.
    public init(version: Int) { self.version = version }
}
