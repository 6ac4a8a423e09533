/// How big an image may be.
public struct ImageLimits: Sendable, Hashable {
    /// All files of all layers together, in bytes.
    public var unpackedBytes: Int
    /// The archive after decompression, in bytes.
    public var archiveBytes: Int

    /// Limits; the defaults are 16 GiB and 32 GiB.
    public init(unpackedBytes: Int = 16 << 30, archiveBytes: Int = 32 << 30) {
        self.unpackedBytes = unpackedBytes
        self.archiveBytes = archiveBytes
    }
}

/// How far an import is.
public enum ImportProgress: Sendable, Hashable {
    /// The archive is being read to see what it is; with the bytes read so far, after decompression.
    case reading(bytes: Int)
    /// A layer, from 1, is being unpacked; with the bytes written so far.
    case unpacking(layer: Int, of: Int, bytes: Int)
}
