"""FHIR R4: the questions as a Questionnaire, answers as a QuestionnaireResponse, a summary as a document.

Resources are plain dicts, ready for JSON. They hold no identity, no clock and no chance: ids come from
the content, and the date is the caller's.
"""
