/// The program's version.
public enum RelocateVersion {
    /// Semantic version of this build.
    public static let current = "0.1.0"
}
