import FleetModel

/// A result as JSON, from which it can be read again.
public struct JSONReport: Sendable {
    private let result: ExperimentResult

    /// The JSON of a result.
    public init(_ result: ExperimentResult) { self.result = result }

    /// The JSON; equal results are equal bytes.
    /// - Throws: `EncodingError` for numbers that JSON cannot hold.
    public var bytes: [UInt8] { get throws { try FleetJSON.encode(result) } }

    /// Reads a result.
    /// - Throws: `DecodingError` with the path to what is wrong.
    public static func result(of bytes: some Collection<UInt8>) throws -> ExperimentResult {
        try FleetJSON.decode(ExperimentResult.self, from: bytes)
    }
}
