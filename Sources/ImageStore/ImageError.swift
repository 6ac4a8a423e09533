/// What can go wrong with images and layers.
///
/// ```swift
/// do { … } catch ImageError.Code.wrongDigest { … }
/// ```
public struct ImageError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure, for programs.
    public enum Code: Sendable, Hashable, CaseIterable {
        /// The file is neither an archive of an image nor of a root file system.
        case notAnImage
        /// It is one, but parts are missing, contradict each other or cannot be read.
        case broken
        /// It ends too early.
        case truncated
        /// Bytes are not those that their digest promises.
        case wrongDigest
        /// The image is for other processors or another system than this machine's.
        case wrongPlatform
        /// The archive holds more than one image.
        case ambiguous
        /// It is bigger than the repository accepts.
        case tooBig
        /// A path or link leads out of the image.
        case escapes
        /// It holds a device node that no container may have.
        case forbiddenDevice
        /// Not the name of an image.
        case invalidName
        /// There is no such image, or no such file.
        case notFound
        /// No space is left.
        case noSpace
        /// Reading or writing failed for another reason.
        case failed

        /// Lets `catch ImageError.Code.noSpace` match.
        public static func ~= (code: Code, error: any Error) -> Bool { (error as? ImageError)?.code == code }
    }

    /// What kind of failure it is.
    public let code: Code
    /// What went wrong, where, and what would be right.
    public let message: String
    /// The error beneath.
    public let cause: (any Error)?

    init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message, with the error beneath.
    public var description: String { cause.map { "\(message): \($0)" } ?? message }
}
