import Testing

@testable import ImageStore

@Suite("Names of images")
struct ImageNameTests {
    @Test(
        "names lead back to themselves from the names of their files",
        arguments: ["redis", "redis:7", "shop/web:3", "a.b_c-d/e.f:Tag_1.2-x", "0/1/2", "sha256/x"])
    func valid(text: String) throws {
        let name = try ImageName(text)
        #expect(name.description == text)
        #expect(!name.fileName.contains("/"))
        #expect(ImageName(fileName: name.fileName) == name)
    }

    @Test("the tag latest is the same as none")
    func latest() throws {
        #expect(try ImageName("redis:latest") == ImageName("redis"))
        #expect(try ImageName("redis:latest1") != ImageName("redis"))
    }

    @Test(
        "what is no name is refused",
        arguments: [
            "", ":", ":1", "a:", "A", "a/", "/a", "a//b", "a..b", "a._b", "-a", "a-", ".", "..", "../a", "a/../b",
            "a:b:c",
            "a:-b", "a:.b", "a b", "é", "a%b", "a\0", "a:b/c", "sha256:abc", String(repeating: "a", count: 256),
            "a:" + String(repeating: "b", count: 129),
        ])
    func invalid(text: String) {
        let error = #expect(throws: ImageError.self) { try ImageName(text) }
        #expect(error?.code == .invalidName)
    }

    @Test(
        "a file that no name has written is not taken for one", arguments: ["a/b", "a:latest", "%", "a%", "A", ".tmp"])
    func strangeFiles(file: String) {
        #expect(ImageName(fileName: file) == nil)
    }
}
