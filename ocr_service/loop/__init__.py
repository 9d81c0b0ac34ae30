"""What people confirm teaches: examples, candidates, the gate, shadow runs, drift alarms."""
