# SPDX-License-Identifier: EUPL-1.2
"""What goes out: who is told what by which channel, letters and webhooks, and personal links to the answer page."""
