using System.Runtime.InteropServices;
using LoadHarness.NBomber;

// NBomber and its tables write to the console; what the harness reads of this program must not be among it.
var harness = Console.Out;
Console.SetOut(Console.Error);

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await EngineChild.RunAsync(Console.In, harness, stop.Token);

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
