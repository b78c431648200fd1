namespace LoadHarness.Core.Input;

/// <summary>Reads a file that a person named, whatever it turns out to be, and says in a sentence why it cannot be read.</summary>
public static class InputFile
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <param name="instead">What to give instead, as a sentence without its full stop.</param>
    /// <returns>The bytes without a byte-order mark, or the fault.</returns>
    public static (byte[] Bytes, InputFault? Fault) Read(string path, long largestBytes, string instead)
    {
        try
        {
            if (Directory.Exists(path)) return Refused("it is a directory");
            var file = new FileInfo(path);
            if (!file.Exists) return Refused("there is no such file");
            // A pipe, a socket or a device has no length. Opening one could wait for ever.
            if (file.Length == 0) return Refused("it is empty, or not a regular file");
            if (file.Length > largestBytes) return Refused($"it has {file.Length:N0} bytes, more than the {largestBytes:N0} that are read");
            var bytes = File.ReadAllBytes(path);
            return (bytes.AsSpan().StartsWith(ByteOrderMark) ? bytes[ByteOrderMark.Length..] : bytes, null);
        }
        catch (Exception unreadable) when (
            unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return Refused($"it cannot be read: {unreadable.Message.TrimEnd('.')}");
        }

        (byte[], InputFault?) Refused(string why) => ([], new("", why, instead));
    }
}
