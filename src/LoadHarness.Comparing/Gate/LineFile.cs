using System.Text.Json;
using LoadHarness.Core;
using LoadHarness.Core.Output;

namespace LoadHarness.Comparing;

/// <summary>A file with a JSON line each, which only grows: several programs may add to it at once.</summary>
internal static class LineFile
{
    // A turn is one write of less than a kilobyte.
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(30);

    /// <returns>In the order of the file; none where there is no file yet.</returns>
    /// <exception cref="HarnessException">A line is damaged; names file and line.</exception>
    public static async Task<IReadOnlyList<T>> ReadAsync<T>(string file, string what, CancellationToken cancellationToken)
        where T : class
    {
        if (!File.Exists(file)) return [];
        var entries = new List<T>();
        var number = 0;
        await foreach (var line in File.ReadLinesAsync(file, cancellationToken))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line)) entries.Add(Parse<T>(line, what, $"{file}, line {number}"));
        }

        return entries;
    }

    public static async Task AddAsync<T>(string file, T entry, CancellationToken cancellationToken)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(entry, JsonFormat.Line);
        // The end of the file is looked for once: two that append at once would write over each other.
        using var turn = await HeldFile.WaitAsync(file + ".adding", LongestTurn, cancellationToken);
        await using var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        byte[] end = [(byte)'\n'], before = HasOpenLine(stream) ? end : [];
        stream.Seek(0, SeekOrigin.End);
        await stream.WriteAsync((byte[])[.. before, .. line, .. end], cancellationToken);
    }

    // Left by an editor, or by a program that ended while it wrote.
    private static bool HasOpenLine(FileStream file)
    {
        if (file.Length == 0) return false;
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() != '\n';
    }

    private static T Parse<T>(string line, string what, string where)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, JsonFormat.Line) ?? throw new JsonException($"it is not {what}");
        }
        catch (JsonException fault)
        {
            throw new HarnessException($"{where}: {fault.Message} Remove the line, or start with another file.", ExitCode.BadUsage, fault);
        }
    }
}
