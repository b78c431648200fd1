using LoadHarness.Core;
using LoadHarness.Core.Comparing;

namespace LoadHarness.UnitTests.Comparing;

public sealed class ArmSpecificationTests
{
    [Fact]
    public void An_arm_is_a_schema_and_what_differs_on_it()
    {
        var arm = ArmSpecification.Parse(
            "--b", "git:v0.1.0, without=leads_search_idx, shared_buffers=128MB, server=17, pooler=pgbouncer, sql=more.sql");
        Assert.Equal(new ArmSchema.Revision("v0.1.0"), arm.Schema);
        Assert.Equal(["leads_search_idx"], arm.Without);
        Assert.Equal("128MB", arm.Settings["shared_buffers"]);
        Assert.Equal((17, true), (arm.ServerVersion!.Value, arm.Pooler));
        Assert.Equal(["more.sql"], arm.SqlFiles);
    }

    [Theory]
    [InlineData("optimised", "is no schema")]
    [InlineData("optimized,without", "not of the form name=value")]
    [InlineData("optimized,server=seventeen", "a major version")]
    [InlineData("optimized,pooler=odyssey", "pgbouncer or none")]
    [InlineData("", "is no schema")]
    public void A_word_that_is_none_is_refused_with_what_is_allowed(string text, string part)
    {
        var fault = Assert.Throws<HarnessException>(() => ArmSpecification.Parse("--b", text));
        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_wrong_words_are_named_at_once()
    {
        var fault = Assert.Throws<HarnessException>(() => ArmSpecification.Parse("--a", "bse,without,pooler=x"));
        Assert.Equal(3, fault.Message.Split(Environment.NewLine).Length);
    }
}
