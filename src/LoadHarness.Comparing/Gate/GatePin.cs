using System.Text.Json;
using LoadHarness.Core;
using LoadHarness.Core.Output;

namespace LoadHarness.Comparing;

/// <summary>The baseline that the gate compares with: a file in the repository, so that moving it is reviewed.</summary>
/// <param name="Against">A git revision, or a folder like sql/.</param>
/// <param name="Reason">Why it was moved there.</param>
public sealed record GatePin(string Against, string Reason)
{
    public static string DefaultFile { get; } = Path.Combine("reports", "baselines", "gate.json");

    /// <summary>The arm that it names: a folder where there is one of that name, else a revision.</summary>
    public string Arm => Directory.Exists(Against) ? $"dir:{Against}" : $"git:{Against}";

    /// <param name="workload">The folder of the workload that the pin is of; null for the product's own.</param>
    /// <exception cref="HarnessException">There is no pin, or it cannot be read.</exception>
    public static async Task<GatePin> ReadAsync(string file, string? workload, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
            throw new HarnessException(
                $"gate: there is no baseline: {file} does not exist. Give --against REV, or pin one: "
                    + $"gate accept {(workload is null ? "" : $"--workload {workload} ")}--against REV --reason TEXT.",
                ExitCode.Inconclusive);
        try
        {
            return JsonSerializer.Deserialize<GatePin>(
                await File.ReadAllTextAsync(file, cancellationToken), JsonFormat.Options) is { Against.Length: > 0 } pin
                ? pin
                : throw new JsonException("'against' is missing.");
        }
        catch (JsonException fault)
        {
            throw new HarnessException($"{file}: {fault.Message} It holds {{\"against\": \"REV\", \"reason\": \"...\"}}.",
                ExitCode.BadUsage, fault);
        }
    }

    public async Task WriteAsync(string file, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(this, JsonFormat.Options) + "\n", cancellationToken);
    }
}
