using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Progress;

namespace LoadHarness.Comparing.Subjects;

/// <summary>What two arms are made of, and what is compared on them.</summary>
public abstract class ComparedSubject
{
    /// <summary>Leads of the large workspace; zero where there are none.</summary>
    public abstract long Contacts { get; }

    /// <summary>Of the rows, and of the operations and arguments where no other is given.</summary>
    public abstract ulong Seed { get; }

    /// <summary>Name and checksum of a workload of one's own; null for the CRM.</summary>
    public virtual string? Workload => null;

    /// <param name="planted">A fault that B gets; null for none.</param>
    /// <exception cref="HarnessException">An arm cannot be made.</exception>
    internal abstract Task<ComparedArms> StartAsync(
        ArmSpecification a, ArmSpecification b, PlantedFault? planted, IStageProgress progress, CancellationToken cancellationToken);
}
