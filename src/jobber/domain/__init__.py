"""The engine-independent part of jobber: values, rules, ports and use cases.

The domain imports the standard library only. It does not read a clock, the environment, files, the network or
processes.
"""
