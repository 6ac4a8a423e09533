import Glibc

/// libarchive converts file names between UTF-8, which tar archives use, and the character set of the locale. The
/// program's locale may be `C`, whose characters are ASCII only, and is not a library's to change. So the thread that
/// works on an archive gets a UTF-8 locale for as long as the work lasts. Names that are not UTF-8 go through as bytes.
enum NameEncoding {
    /// Does work with the thread's locale set to UTF-8.
    static func utf8<Value>(_ work: () throws -> Value) throws -> Value {
        guard let utf8 = newlocale(1 << LC_CTYPE, "C.UTF-8", nil) else {
            throw ImageError.system("use the locale C.UTF-8")
        }
        let previous = uselocale(utf8)
        defer {
            _ = uselocale(previous)
            freelocale(utf8)
        }
        return try work()
    }
}
