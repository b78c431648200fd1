using LoadHarness.Comparing.Times;
using LoadHarness.Load;

namespace LoadHarness.UnitTests.Comparing;

/// <summary>A slot of one turn with calls of 10 ms.</summary>
internal static class SampleSlot
{
    /// <param name="calls">Below zero: one more of them failed.</param>
    public static Slot Of(string scenario, string operation, int calls, TimeSpan? cpu)
    {
        var turn = SampleScenario.Repeated(scenario, operation, [.. Enumerable.Repeat(0.010, Math.Abs(calls))], 1);
        var slot = new Slot(new ScenarioProps(scenario, []), isWrite: false);
        slot.Add(calls > 0 ? turn : turn with
        {
            Operations = [turn.Operations[0] with { Accounting = new(1 - calls, -calls, 1, 0, 0) }],
        }, cpu);
        return slot;
    }
}
