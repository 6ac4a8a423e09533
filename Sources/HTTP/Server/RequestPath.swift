/// The path of a request target.
///
/// Whatever could name another resource for one reader than for the next is refused: encoded slashes, NUL and other
/// control characters, and `.` and `..` segments, encoded or not.
enum RequestPath {
    static func decode(_ bytes: ArraySlice<UInt8>, isAsterisk: Bool) throws(Problem) -> String {
        if isAsterisk { return "*" }
        guard !bytes.isEmpty else { return "/" }
        guard let path = PercentDecoding.decode(bytes) else {
            throw .badRequest("the path has a '%' without two hexadecimal digits, or is not UTF-8 when decoded")
        }
        let slash = UInt8(ascii: "/")
        if path.utf8.count != bytes.count {
            guard !path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "\\") }),
                path.utf8.count(where: { $0 == slash }) == bytes.count(where: { $0 == slash })
            else {
                throw .badRequest("the path contains an encoded slash, backslash or control character")
            }
        }
        guard !path.utf8.contains(UInt8(ascii: ".")) || !hasDotSegment(path) else {
            throw .badRequest("the path contains a '.' or '..' segment")
        }
        return path
    }

    private static func hasDotSegment(_ path: String) -> Bool {
        path.utf8.split(separator: UInt8(ascii: "/")).contains {
            $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8)
        }
    }
}
