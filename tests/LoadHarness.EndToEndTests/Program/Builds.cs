namespace LoadHarness.EndToEndTests.Program;

/// <summary>Tests that build the program, or pack what was built: one after the other, since they write the same files.</summary>
[CollectionDefinition(Name)]
public sealed class Builds
{
    public const string Name = "builds";
}
