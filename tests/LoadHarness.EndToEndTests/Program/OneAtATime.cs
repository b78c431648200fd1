namespace LoadHarness.EndToEndTests.Program;

/// <summary>Tests that build, or start servers: each has the machine to itself.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneAtATime
{
    public const string Name = "one at a time";
}
