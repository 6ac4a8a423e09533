import CArchive
import Glibc

/// Reads an archive through libarchive from a `ByteSource`.
final class ArchiveReader {
    /// What is to be read.
    enum Form {
        /// A tar archive, not compressed.
        case tar
        /// Plain bytes, decompressed when they are compressed with gzip, zstd, xz or bzip2.
        case compressedBytes
    }

    private let handle: OpaquePointer
    private let feed: Feed

    /// Begins to read.
    init(_ source: any ByteSource, as form: Form) throws {
        guard let handle = archive_read_new() else { throw ImageError.system("read an archive", number: ENOMEM) }
        self.handle = handle
        feed = Feed(source)
        switch form {
        case .tar:
            archive_read_support_format_tar(handle)
        case .compressedBytes:
            archive_read_support_format_raw(handle)
            archive_read_support_format_empty(handle)
            archive_read_support_filter_gzip(handle)
            archive_read_support_filter_zstd(handle)
            archive_read_support_filter_xz(handle)
            archive_read_support_filter_bzip2(handle)
        }
        let read:
            @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, UnsafeMutablePointer<UnsafeRawPointer?>?)
                -> Int = { _, context, piece in
                    guard let context, let piece else { return Int(ARCHIVE_FATAL) }
                    return Unmanaged<Feed>.fromOpaque(context).takeUnretainedValue().give(piece)
                }
        try check(archive_read_open(handle, Unmanaged.passUnretained(feed).toOpaque(), nil, read, nil))
    }

    deinit { archive_read_free(handle) }

    /// The next entry, valid until the next call; `nil` at the end.
    func nextEntry() throws -> OpaquePointer? {
        var entry: OpaquePointer?
        let status = archive_read_next_header(handle, &entry)
        guard status != ARCHIVE_EOF else { return nil }
        try check(status)
        return entry
    }

    /// A piece of an entry's content and where in it the piece belongs.
    struct Block {
        let bytes: UnsafeRawBufferPointer
        let offset: Int64
    }

    /// The next piece of the present entry's content, valid until the next call; `nil` at its end.
    func nextBlock() throws -> Block? {
        var start: UnsafeRawPointer?
        var count = 0
        var offset: Int64 = 0
        let status = archive_read_data_block(handle, &start, &count, &offset)
        guard status != ARCHIVE_EOF else { return nil }
        try check(status)
        return Block(bytes: UnsafeRawBufferPointer(start: start, count: count), offset: offset)
    }

    private func check(_ status: Int32) throws {
        guard status < ARCHIVE_OK else { return }
        if let failure = feed.failure { throw failure }
        let text = archive_error_string(handle).map { String(cString: $0) } ?? "unknown error"
        if text.lowercased().contains("truncated") {
            throw ImageError(.truncated, "the archive ends too early: \(text)")
        }
        if text.contains("Unrecognized archive format") { throw ImageError(.notAnImage, "not a tar archive") }
        throw ImageError(.broken, "the archive cannot be read: \(text)")
    }
}

/// Hands the bytes of a source to libarchive and keeps the error that ended them, which C cannot carry.
private final class Feed {
    private let source: any ByteSource
    private(set) var failure: (any Error)?

    init(_ source: any ByteSource) { self.source = source }

    func give(_ piece: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
        do {
            let bytes = try source.next()
            piece.pointee = bytes.baseAddress
            return bytes.count
        } catch {
            failure = error
            return Int(ARCHIVE_FATAL)
        }
    }
}

/// The bytes of another source, decompressed if they are compressed.
final class DecompressedBytes: ByteSource {
    private let reader: ArchiveReader
    private var isOpen = false
    private var isEnded = false

    /// Decompresses a source.
    init(_ source: any ByteSource) throws { reader = try ArchiveReader(source, as: .compressedBytes) }

    func next() throws -> UnsafeRawBufferPointer {
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        guard !isEnded else { return nothing }
        if !isOpen {
            isOpen = true
            guard try reader.nextEntry() != nil else {
                isEnded = true
                return nothing
            }
        }
        while let block = try reader.nextBlock() {
            if !block.bytes.isEmpty { return block.bytes }
        }
        isEnded = true
        return nothing
    }
}
