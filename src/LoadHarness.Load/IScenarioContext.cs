namespace LoadHarness.Load;

/// <summary>What an iteration may use. It belongs to that iteration until its task ends; afterwards it serves the next.</summary>
public interface IScenarioContext
{
    string ScenarioName { get; }

    /// <summary>
    /// From 0. In the closed model of a virtual user, that no other user at work has; in the open model a slot that no other request in
    /// flight has.
    /// </summary>
    int UserNumber { get; }

    /// <summary>From 0. In the closed model the user's iterations, in the open model the scenario's arrivals.</summary>
    long InvocationNumber { get; }

    /// <summary>Cancelled when the run is given up and its time to drain is over.</summary>
    CancellationToken CancellationToken { get; }

    /// <summary>
    /// Its draws depend on the run's seed, the scenario and the iteration only, never on timing. Each user of the closed model has draws of
    /// its own.
    /// </summary>
    Random Random { get; }

    /// <summary>
    /// Measures a part of the iteration, such as waiting for a pooled connection. A part that throws is not recorded. Names beyond the
    /// first hundred of an operation are counted together.
    /// </summary>
    Task<T> Step<T>(string name, Func<Task<T>> run);

    /// <inheritdoc cref="Step{T}"/>
    Task Step(string name, Func<Task> run) => Step(name, async () =>
    {
        await run();
        return true;
    });

    /// <summary>
    /// Waits inside the iteration, and so inside its response time. For pauses between iterations see <see
    /// cref="ScenarioProps.WithThinkTime"/>.
    /// </summary>
    Task Delay(TimeSpan duration);
}

/// <summary>For set-up and clean-up, which are outside the figures.</summary>
public interface IScenarioInitContext
{
    string ScenarioName { get; }

    ulong Seed { get; }

    CancellationToken CancellationToken { get; }
}
