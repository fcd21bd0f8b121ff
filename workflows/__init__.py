# SPDX-License-Identifier: EUPL-1.2
"""The process of one case as a durable workflow, its messages, and the activities that write the log."""
