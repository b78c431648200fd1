using System.Text.Json;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;

namespace LoadHarness.Comparing;

/// <summary>The nights of the gate: a file with a JSON line each, which only grows.</summary>
public static class GateHistory
{
    /// <returns>Those against the pin, oldest first; none where there is no file yet.</returns>
    /// <exception cref="HarnessException">A line is damaged; names file and line.</exception>
    public static async Task<IReadOnlyList<GateNight>> ReadAsync(string file, string pin, CancellationToken cancellationToken)
    {
        if (!File.Exists(file)) return [];
        var nights = new List<GateNight>();
        var number = 0;
        await foreach (var line in File.ReadLinesAsync(file, cancellationToken))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            nights.Add(Parse(line, file, number));
        }

        return [.. nights.Where(night => night.Pin == pin).OrderBy(night => night.AtUtc)];
    }

    public static async Task AddAsync(string file, GateNight night, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        await File.AppendAllTextAsync(file, JsonSerializer.Serialize(night, JsonSerializerOptions.Web) + "\n", cancellationToken);
    }

    private static GateNight Parse(string line, string file, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<GateNight>(line, JsonSerializerOptions.Web) is { Worse: not null, Ratios: not null } night
                ? night
                : throw new JsonException("it is not a night of the gate");
        }
        catch (JsonException fault)
        {
            throw new HarnessException($"{file}, line {number}: {fault.Message} Remove the line, or start with another history.",
                ExitCode.BadUsage, fault);
        }
    }
}
