using System.Text.Json;
using LoadHarness.Core.Output;
using LoadHarness.Core.Targets;

namespace LoadHarness.Core.Proving;

/// <summary>
/// What <c>prove</c> measured on one machine in one go, before it is judged. It is kept as a file: an hour of measuring outlives whatever
/// comes after it, and can be judged again by other contracts or limits.
/// </summary>
/// <param name="Unjudged">The proof, still without claims.</param>
public sealed record MeasuredProof(Proof Unjudged, ProofEvidence Evidence)
{
    /// <summary>Name of the file in the folder of the runs of <c>prove</c>; each proof writes over the one before.</summary>
    public const string FileName = "evidence.json";

    /// <param name="contracts">In the order of the targets.</param>
    public Proof Judge(IReadOnlyList<ClaimContract> contracts, IReadOnlyList<Target> targets)
    {
        IReadOnlyList<ProvenClaim> claims = [.. contracts.Select(
            contract => ClaimJudge.Decide(contract, targets.Single(target => target.Id == contract.Id), Evidence))];
        // What a claim must not cost in the others is known when all have their figures.
        return (Unjudged with { Claims = claims }).JudgedBy(targets);
    }

    public Task WriteAsync(Stream stream, CancellationToken cancellationToken) =>
        JsonSerializer.SerializeAsync(stream, this, JsonFormat.Options, cancellationToken);

    /// <exception cref="HarnessException">There is no such file, or it is none of these.</exception>
    public static async Task<MeasuredProof> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return JsonSerializer.Deserialize<MeasuredProof>(await File.ReadAllBytesAsync(file, cancellationToken), JsonFormat.Options)
                ?? throw new JsonException("it holds null");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new HarnessException(
                $"{file} cannot be read as what prove measured: {fault.Message.TrimEnd('.')}. Give an {FileName} that prove has written.",
                ExitCode.BadUsage, fault);
        }
    }
}
